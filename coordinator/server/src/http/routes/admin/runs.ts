import {
  retraining,
  runReason,
  runsQuery,
  type TrainingRunMessage,
  trainingRun,
  trainingRuns,
  triggerRecords,
} from '@murmuration/api/run';
import { taskName } from '@murmuration/api/scalars';
import { gateMessage } from '@murmuration/lifecycle/gates/messages';
import type { RunControl } from '@murmuration/lifecycle/training-runs/run-control';
import { iso, isoOrNull } from '@murmuration/protocol/time/iso';
import type { Firing, TrainingRun } from '@murmuration/rounds/events/training-run';
import type { Operators } from '@murmuration/rounds/operators/operators';
import type { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import type { GateDecisionStore } from '@murmuration/rounds/registry/gate-decisions';
import type { History } from '@murmuration/rounds/registry/ports';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { nextNumber } from './schemas.ts';
import { operatorOf } from './scope.ts';

export interface RunSources {
  readonly runs: RunControl;
  readonly history: Pick<History, 'version'>;
  readonly gateDecisions: Pick<GateDecisionStore, 'of'>;
  readonly versionAliases: Pick<VersionAliases, 'of'>;
}

const params = z.object({ task: taskName });

/** Adds the routes of tasks' training runs, and of triggers that fired. */
export function runRoutes(scope: App, operators: Operators, sources: RunSources): void {
  shownRoutes(scope, sources);
  changeRoutes(scope, operators, sources);
  triggerRoutes(scope, sources);
}

/** Adds the routes that list a task's runs and show one. */
function shownRoutes(scope: App, sources: RunSources): void {
  const { runs } = sources;
  scope.get(
    '/tasks/:task/runs',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Training runs, newest first',
        params,
        querystring: runsQuery,
        response: { 200: trainingRuns, 404: problem },
      },
    },
    async ({ params: { task }, query: { before, limit } }) => {
      const found = await runs.list(task, before ?? Number.POSITIVE_INFINITY, limit);
      return {
        runs: await Promise.all(found.map(each => messageOf(each, sources))),
        next: nextNumber(found, limit),
      };
    },
  );

  scope.get(
    '/tasks/:task/runs/:number',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'One training run',
        params: params.extend({ number: z.coerce.number().int().min(1) }),
        response: { 200: trainingRun, 404: problem },
      },
    },
    async ({ params: { task, number } }) => messageOf(await runs.show(task, number), sources),
  );
}

/** Adds the routes with which an operator begins and ends a run. */
function changeRoutes(scope: App, operators: Operators, sources: RunSources): void {
  const { runs } = sources;
  scope.post(
    '/tasks/:task/runs',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Begin a training run now, whatever keeps triggers from it',
        params,
        body: runReason,
        response: { 201: trainingRun, 404: problem, 409: problem, 422: problem },
      },
    },
    async (request, reply) => {
      const operator = operatorOf(request);
      const { task } = request.params;
      const run = await operators.audited(operator, 'run.start', task, () =>
        runs.begin(task, operator.name, request.body?.reason ?? ''),
      );
      return reply.status(201).send(await messageOf(run, sources));
    },
  );

  scope.post(
    '/tasks/:task/runs/stop',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'End the training run that is open, and the round under way',
        params,
        body: runReason,
        response: { 200: trainingRun, 404: problem, 422: problem },
      },
    },
    async request => {
      const operator = operatorOf(request);
      const { task } = request.params;
      const run = await operators.audited(operator, 'run.stop', task, () =>
        runs.end(task, operator.name, request.body?.reason ?? ''),
      );
      return messageOf(run, sources);
    },
  );
}

/** Adds the routes of triggers: their state, and those that fired. */
function triggerRoutes(scope: App, { runs }: RunSources): void {
  scope.get(
    '/tasks/:task/retraining',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'When a task trains again: what its triggers wait for, what keeps them, and what ends a run',
        params,
        response: { 200: retraining, 404: problem },
      },
    },
    async ({ params: { task } }) => {
      const standing = runs.standing(task);
      if (!standing) return { isByRuns: false, triggers: [], held: null, until: null };
      const { triggers, held, until } = standing;
      return {
        isByRuns: true,
        triggers: triggers.map(({ next, ...rest }) => ({ ...rest, next: isoOrNull(next) })),
        held: held && { by: held.by, until: isoOrNull(held.until) },
        until: { rounds: until.rounds, texts: [...until.texts] },
      };
    },
  );

  scope.get(
    '/tasks/:task/triggers',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Triggers that fired, newest first: runs that they began, and what kept them from it',
        params,
        querystring: runsQuery,
        response: { 200: triggerRecords, 404: problem },
      },
    },
    async ({ params: { task }, query: { before, limit } }) => {
      const found = await runs.records(task, before ?? Number.POSITIVE_INFINITY, limit);
      return {
        records: found.map(({ firing, since, until, ...rest }) => ({
          ...rest,
          why: whyOf(firing),
          since: iso(since),
          until: isoOrNull(until),
        })),
        next: nextNumber(found, limit),
      };
    },
  );
}

async function messageOf(run: TrainingRun, sources: RunSources): Promise<TrainingRunMessage> {
  const { model: _, why, startedAt, endedAt, ...rest } = run;
  return {
    ...rest,
    why: whyOf(why),
    startedAt: iso(startedAt),
    endedAt: isoOrNull(endedAt),
    version: await versionOf(run, sources),
  };
}

/** Returns the newest version of a run, and what became of it. */
async function versionOf(
  { task, model }: TrainingRun,
  { history, gateDecisions, versionAliases }: RunSources,
): Promise<TrainingRunMessage['version']> {
  const version = model == null ? undefined : await history.version(model);
  if (!version) return null;
  const { number } = version;
  const decision = (await gateDecisions.of(task, [number])).get(number);
  return {
    number,
    isServed: versionAliases.of(task).champion.number === number,
    gate: decision ? gateMessage(decision) : null,
  };
}

function whyOf({ at, figures, ...rest }: Firing): TrainingRunMessage['why'] {
  return { ...rest, figures: { ...figures }, at: iso(at) };
}
