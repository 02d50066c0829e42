import { type publicRound, publicRounds, type publicVersion, publicVersions } from '@murmuration/api/public';
import { pageBelow } from '@murmuration/api/scalars';
import { publicGateMessage } from '@murmuration/lifecycle/gates/messages';
import { parseTaskName, taskNamePattern } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { iso } from '@murmuration/protocol/time/iso';
import type { VerdictCounts } from '@murmuration/protocol/weights/quantize';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { publicPrivacyMessage } from '@murmuration/rounds/privacy/messages';
import { type DeviceMetrics, deviceMetricsOf } from '@murmuration/rounds/queries/device-metrics';
import type { GateDecision, GateDecisionStore } from '@murmuration/rounds/registry/gate-decisions';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { History } from '@murmuration/rounds/registry/ports';
import type { QueryResultStore } from '@murmuration/rounds/registry/query-results';
import type { VerdictStore } from '@murmuration/rounds/registry/verdicts';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { SeenState } from '@murmuration/rounds/round/round';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import { knownTask } from '@murmuration/rounds/task/known-task';
import * as z from 'zod';
import type { App } from '../app.ts';
import { type Guard, guarded, inTurn, unauthenticated } from '../authentication.ts';
import { pageSender, type SendPage } from '../pages.ts';
import { problem } from '../problem.ts';
import type { ReadAccess } from '../reading.ts';

const taskParams = z.object({ task: z.string().regex(taskNamePattern) });

export interface TaskHistorySources {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  readonly tasks: AllRounds;
  readonly history: Pick<History, 'rounds' | 'versions'>;
  readonly verdicts: Pick<VerdictStore, 'of'>;
  readonly gateDecisions: Pick<GateDecisionStore, 'of'>;
  readonly queryResults: Pick<QueryResultStore, 'results'>;
  readonly guard: Guard;
  readonly reading: ReadAccess;
}

/** Adds the rounds and model versions of tasks, newest first. */
export function taskHistoryRoutes(app: App, sources: TaskHistorySources): void {
  const sendPage = pageSender(app, sources);
  roundRoute(app, sources, sendPage);
  versionRoute(app, sources, sendPage);
}

function roundRoute(
  app: App,
  { tasks, history, guard, reading }: TaskHistorySources,
  sendPage: SendPage,
): void {
  app.get(
    '/v1/tasks/:task/rounds',
    {
      schema: {
        summary: 'Rounds, the one under way first',
        ...guarded,
        params: taskParams,
        querystring: pageBelow,
        response: { 200: publicRounds, ...unauthenticated, 404: problem },
      },
      onRequest: inTurn(guard, reading.guard),
    },
    (request, reply) => {
      const { params, query } = request;
      const { newest } = knownTask(tasks.get(params.task), params.task);
      const before = query.before ?? Number.POSITIVE_INFINITY;
      const key = ['rounds', params.task, before, query.limit, newest?.terms.id, newest?.state.phase];
      const make = async (): Promise<z.input<typeof publicRounds>> => {
        const over = await history.rounds(parseTaskName(params.task), before, query.limit);
        const live =
          newest && newest.terms.number < before && over[0]?.number !== newest.terms.number
            ? [liveRound(newest.state)]
            : [];
        return publicRounds.parse({ rounds: [...live, ...over.map(pastRound)].slice(0, query.limit) });
      };
      return sendPage(request, reply, { key, rows: query.limit, make });
    },
  );
}

function versionRoute(
  app: App,
  { tasks, history, verdicts, gateDecisions, queryResults, reading }: TaskHistorySources,
  sendPage: SendPage,
): void {
  app.get(
    '/v1/tasks/:task/models',
    {
      onRequest: reading.guard ? [reading.guard] : [],
      schema: {
        summary: 'Model versions',
        params: taskParams,
        querystring: pageBelow,
        response: { 200: publicVersions, 404: problem },
      },
    },
    (request, reply) => {
      const { params, query } = request;
      const { task: asked } = knownTask(tasks.get(params.task), params.task);
      const before = query.before ?? Number.POSITIVE_INFINITY;
      const key = ['models', params.task, before, query.limit];
      const make = async (): Promise<z.input<typeof publicVersions>> => {
        const task = parseTaskName(params.task);
        const found = await history.versions(task, before, query.limit);
        const judged = await verdicts.of(found.map(({ model }) => model));
        const decisions = await gateDecisions.of(
          task,
          found.map(({ number }) => number),
        );
        const measured = await deviceMetricsOf(asked, queryResults);
        return publicVersions.parse({
          models: found.map(version => ({
            ...describeVersion(version, judged.get(version.model), decisions.get(version.number)),
            fromDevices: fromDevices(measured.get(version.model)),
          })),
        });
      };
      return sendPage(request, reply, { key, rows: query.limit, make });
    },
  );
}

function describeVersion(
  { createdAt, privacy, ngrams, vocabulary, ...rest }: ModelVersion,
  verdicts: VerdictCounts = { kept: 0, refused: 0 },
  decision?: GateDecision,
): Omit<z.input<typeof publicVersion>, 'fromDevices'> {
  return {
    ...rest,
    url: modelPath(rest.model),
    verdicts,
    words: vocabulary?.words ?? null,
    ngrams: ngrams ? [...ngrams] : null,
    privacy: privacy ? publicPrivacyMessage(privacy) : null,
    gate: decision ? publicGateMessage(decision) : null,
    createdAt: iso(createdAt),
  };
}

/** Returns the figures on all examples of the devices. */
function fromDevices(measured: DeviceMetrics | undefined): z.input<typeof publicVersion>['fromDevices'] {
  const [all] = measured?.parts ?? [];
  if (!all) return null;
  const { devices, examples, metrics } = all;
  return {
    devices,
    examples,
    metrics: Object.fromEntries(metrics.map(({ metric, mean }) => [metric, mean.value])),
  };
}

function liveRound(state: SeenState): z.input<typeof publicRound> {
  const { id, number, startedAt, plan } = state.terms;
  return {
    round: id,
    number,
    phase: state.phase,
    startedAt: iso(startedAt),
    endedAt: null,
    base: plan.model,
    model: null,
    query: queryOf(plan)?.name ?? null,
    failure: null,
    tally: null,
    metrics: null,
    traffic: null,
  };
}

/** A recorded round; the schema leaves what everybody may know. */
function pastRound({
  outcome,
  startedAt,
  endedAt,
  query,
  ...rest
}: RoundRecord): z.input<typeof publicRound> {
  return { ...rest, phase: outcome, query: query ?? null, startedAt: iso(startedAt), endedAt: iso(endedAt) };
}
