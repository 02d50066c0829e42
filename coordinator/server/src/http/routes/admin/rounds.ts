import { type RoundSummary, roundDetail, rounds, roundsQuery } from '@murmuration/api/round';
import { taskName } from '@murmuration/api/scalars';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { iso } from '@murmuration/protocol/time/iso';
import type { History } from '@murmuration/rounds/registry/ports';
import { enderOf, type RoundRecord } from '@murmuration/rounds/round/record';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import { knownTask } from '@murmuration/rounds/task/known-task';
import * as z from 'zod';
import { phaseMessage } from '../../../telemetry/overview.ts';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { nextNumber, timeOf } from './schemas.ts';

const params = z.object({ task: taskName });

/** Adds the routes of completed rounds. */
export function roundRoutes(scope: App, tasks: AllRounds, history: History): void {
  const find = (name: string): TaskName => knownTask(tasks.get(name), name).task.name;

  scope.get(
    '/tasks/:task/rounds',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Rounds that are over, newest first',
        params,
        querystring: roundsQuery,
        response: { 200: rounds, 404: problem },
      },
    },
    async ({ params: { task }, query: { outcome, since, until, before, limit } }) => {
      const found = await history.search(find(task), {
        outcome,
        since: timeOf(since ?? null) ?? undefined,
        until: timeOf(until ?? null) ?? undefined,
        before,
        limit,
      });
      return {
        rounds: found.rounds.map(summaryOf),
        next: nextNumber(found.rounds, limit),
        total: found.total,
      };
    },
  );

  scope.get(
    '/tasks/:task/rounds/:number',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'All that is kept of one round',
        params: params.extend({ number: z.coerce.number().int().min(1) }),
        response: { 200: roundDetail, 404: problem },
      },
    },
    async ({ params: { task, number } }) => {
      const record = await history.round(find(task), number);
      if (!record) throw new MurmurationError('round.unknown', `There is no record of a round ${number}.`);
      const version = record.model ? await history.version(record.model) : undefined;
      return {
        ...summaryOf(record),
        phases: record.phases.map(phaseMessage),
        groups: record.groups?.map(group => ({ ...group })) ?? null,
        parts: record.parts?.map(part => ({ ...part })) ?? null,
        errors: byFrequency(record.errors),
        left: byFrequency(record.left ?? {}),
        version: version ? { number: version.number, model: version.model } : null,
      };
    },
  );
}

function byFrequency(counts: Readonly<Record<string, number>>) {
  return Object.entries(counts)
    .map(([code, count]) => ({ code, count }))
    .sort((a, b) => b.count - a.count);
}

function summaryOf({
  phases: _,
  errors: __,
  left: _____,
  groups: ___,
  parts: ____,
  startedAt,
  endedAt,
  run,
  query,
  failure,
  ...rest
}: RoundRecord): RoundSummary {
  return {
    ...rest,
    run: run ?? null,
    query: query ?? null,
    failure: failure && { during: failure.during, reason: failure.reason, endedBy: enderOf(failure) },
    startedAt: iso(startedAt),
    endedAt: iso(endedAt),
  };
}
