import { publicGate } from '@murmuration/api/gate';
import { publicPrivacy } from '@murmuration/api/privacy';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { parseTaskName, taskNamePattern } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { VerdictCounts } from '@murmuration/protocol/weights/quantize';
import { type Holder, isFor } from '@murmuration/serving/access/holder';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { CoordinatorEvents } from '../../events/events.ts';
import type { Experiments } from '../../lifecycle/experiments/experiments.ts';
import { publicGateMessage } from '../../lifecycle/gates/messages.ts';
import { publicPrivacyMessage } from '../../privacy/messages.ts';
import type { VersionAliases, VersionName, VersionsInUse } from '../../promotion/version-aliases.ts';
import { type DeviceMetrics, deviceMetricsOf } from '../../queries/device-metrics.ts';
import { contentHash } from '../../registry/content-hash.ts';
import type { GateDecision, GateDecisionStore } from '../../registry/gate-decisions.ts';
import type { ModelVersion } from '../../registry/model-version.ts';
import type { History } from '../../registry/ports.ts';
import type { QueryResultStore } from '../../registry/query-results.ts';
import { wholeBytes } from '../../registry/stored-bytes.ts';
import type { VerdictStore } from '../../registry/verdicts.ts';
import type { RoundRecord } from '../../round/record.ts';
import type { RoundState } from '../../round/round.ts';
import type { AllRounds } from '../../rounds/all-tasks.ts';
import type { TaskRounds } from '../../rounds/task-rounds.ts';
import { AnswerCache } from '../answer-cache.ts';
import type { App } from '../app.ts';
import { type Guard, guarded, inTurn, unauthenticated } from '../authentication.ts';
import { sendBlocks } from '../blocks.ts';
import { problem } from '../problem.ts';
import { noCache, type Reading } from '../reading.ts';

const instant = z.iso.datetime().describe('UTC');
const metrics = z
  .record(z.string(), z.number())
  .nullable()
  .describe('Held-out metrics of the coordinator; null without an evaluator');

const version = z.object({
  model: z.string().describe('SHA-256 of its model.json'),
  url: z.string().describe('What tf.loadLayersModel takes'),
  number: z.int(),
  parent: z.string().nullable(),
  round: z.string().nullable(),
  strategy: z.string(),
  planVersion: z.int(),
  contributors: z.int(),
  metrics,
  fromDevices: z
    .object({ devices: z.int(), examples: z.int(), metrics: z.record(z.string(), z.number()) })
    .nullable()
    .describe('Held-out metrics that devices measured last, means over devices; null: they have not'),
  verdicts: z
    .object({ kept: z.int(), refused: z.int() })
    .describe('Devices that serve it, and that went on with the version before, by examples of their own'),
  privacy: publicPrivacy
    .nullable()
    .describe('What this version and those before it tell of a device; epsilon null: nobody can say'),
  words: z
    .int()
    .nullable()
    .describe(
      'That it knows; null where its task names no vocabulary. More than its parent knows: it grew, without a round',
    ),
  ngrams: z
    .array(z.int())
    .nullable()
    .describe('N-grams of everybody beside it, how many of each length from 1; null: it has none'),
  gate: publicGate
    .nullable()
    .describe('What the gate of the task decided; null: there is none, or it has not decided yet'),
  createdAt: instant,
});

const tally = z.object({
  cohort: z.int(),
  accepted: z.int(),
  rejected: z.int(),
  late: z.int(),
  lost: z.int(),
});

const round = z.object({
  round: z.string(),
  number: z.int(),
  phase: z.enum([
    'gathering',
    'keys',
    'shares',
    'updates',
    'agreement',
    'unmasking',
    'closing',
    'published',
    'failed',
  ]),
  startedAt: instant,
  endedAt: instant.nullable(),
  base: z.string().describe('The version that it trained from'),
  model: z.string().nullable().describe('The version that it led to; null of a query'),
  query: z.string().nullable().describe('Name of the query that devices were asked; null where they trained'),
  failure: z.object({ during: z.string(), reason: z.string() }).nullable(),
  tally: tally.nullable(),
  metrics,
  traffic: z.object({ up: z.int(), down: z.int() }).nullable().describe('Bytes'),
});

const keyField = z.object({ in: z.enum(['header', 'parameter']), name: z.string() });

const task = z.object({
  name: z.string(),
  planVersion: z.int(),
  strategy: z.string(),
  cohort: z.object({ goal: z.int(), minimum: z.int(), overSelection: z.number() }),
  round: z.object({ number: z.int(), phase: round.shape.phase }).nullable(),
  serves: z
    .object({ model: z.string(), number: z.int(), isPinned: z.boolean() })
    .describe('The version that devices serve; pinned: until an operator names another, whatever is newer'),
  newest: z.object({ model: z.string(), number: z.int() }).describe('The newest version'),
  aliases: z
    .record(z.string(), z.object({ model: z.string(), number: z.int() }))
    .describe('Versions by the names that operators gave them'),
  privateLayers: z.array(z.string()).describe('Layers whose trained weights only devices have'),
  experiments: z
    .array(
      z.object({
        id: z.string(),
        kind: z.enum(['split', 'mirror']),
        key: keyField,
        covariate: keyField.optional(),
        salt: z.string(),
        layer: z.object({ salt: z.string(), from: z.number(), to: z.number() }),
        arms: z.array(z.object({ name: z.string(), version: z.string(), share: z.number() })),
      }),
    )
    .describe(
      'Experiments that run, as replicas of the inference server need them; none without an inference token with the right `monitor`: who knows a salt can choose arms',
    ),
});

const taskList = z.object({
  isDevelopment: z.boolean().describe('Devices may give up every protection: only this machine can connect'),
  tasks: z.array(task),
});

const vocabulary = z.object({ words: z.array(z.string()) });
const rounds = z.object({ rounds: z.array(round) });
const versions = z.object({ models: z.array(version) });

const taskParams = z.object({ task: z.string().regex(taskNamePattern) });
const page = z.object({
  before: z.coerce.number().int().min(0).optional().describe('Numbers below this one'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Rows of a page that take as much as a request without any. */
const rowsPerRequest = 5;

export interface TaskRoutePorts {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  readonly guard: Guard;
  readonly reading: Reading;
  readonly versionAliases: Pick<VersionAliases, 'of'>;
  readonly gateDecisions: Pick<GateDecisionStore, 'of'>;
  readonly experiments: Pick<Experiments, 'served'>;
  /** Whose replica of the inference server a request is that of; undefined: of none. */
  readonly replicaOf: (authorization: string | undefined) => Promise<Holder | undefined>;
  readonly queryResults: Pick<QueryResultStore, 'results'>;
  readonly isDevelopment: boolean;
}

/** What the world may know of the tasks: their model versions, and where there are no operators their rounds, newest first. */
export function taskRoutes(
  app: App,
  tasks: AllRounds,
  history: Pick<History, 'rounds' | 'versions'>,
  verdicts: Pick<VerdictStore, 'of'>,
  {
    clock,
    events,
    guard,
    reading,
    versionAliases,
    gateDecisions,
    experiments,
    replicaOf,
    queryResults,
    isDevelopment,
  }: TaskRoutePorts,
): void {
  const reads = reading.guard ? [reading.guard] : [];
  const describe = (each: TaskRounds, replica: Holder | undefined) => ({
    ...describeTask(each, versionAliases.of(each.task.name)),
    experiments:
      replica && isFor(replica, each.task.name)
        ? experiments.served(each.task.name).map(served => ({ ...served, arms: [...served.arms] }))
        : [],
  });
  /** No cache gives to others what a replica was told. */
  const heardBy = async ({ headers }: FastifyRequest, reply: Pick<FastifyReply, 'header'>) => {
    const replica = await replicaOf(headers.authorization);
    reply.header('cache-control', noCache(replica ? 'private' : reading.cache));
    return replica;
  };
  const pages = new AnswerCache(clock);
  for (const event of ['round-ended', 'version', 'gate'] as const) events.on(event, () => pages.clear());
  /** Answers with a page, which counts for whom it is made as many requests as it takes. */
  const sendPage = async (
    request: FastifyRequest,
    reply: FastifyReply,
    key: readonly unknown[],
    rows: number,
    make: () => Promise<object>,
  ) => {
    const answer = await pages.of(key.join(' '), () => {
      app.charge(request, Math.floor(rows / rowsPerRequest));
      return make();
    });
    return sendBlocks(request, reply.type('application/json; charset=utf-8'), wholeBytes(answer));
  };
  const find = (name: string) => {
    const found = tasks.get(name);
    if (!found)
      throw new MurmurationError('task.unknown', `There is no task "${name}"; GET /v1/tasks lists them.`);
    return found;
  };

  app.get(
    '/v1/tasks',
    {
      onRequest: reads,
      schema: {
        summary: 'The tasks',
        description: 'A request with If-None-Match is answered with 304 while nothing has changed.',
        response: { 200: taskList },
      },
    },
    async (request, reply) => {
      const replica = await heardBy(request, reply);
      const reader = reading.holderOf(request);
      const own = [...tasks.values()].filter(({ task: { name } }) => isFor(reader, name));
      const body = { isDevelopment, tasks: own.map(each => describe(each, replica)) };
      const etag = `"${contentHash(Buffer.from(JSON.stringify(body))).slice(0, 32)}"`;
      reply.header('etag', etag);
      if (request.headers['if-none-match'] !== etag) return body;
      (reply as unknown as FastifyReply).status(304).send();
      return undefined;
    },
  );

  app.get(
    '/v1/tasks/:task',
    {
      onRequest: reads,
      schema: { summary: 'One task', params: taskParams, response: { 200: task, 404: problem } },
    },
    async (request, reply) => describe(find(request.params.task), await heardBy(request, reply)),
  );

  app.get(
    '/v1/tasks/:task/vocabulary',
    {
      onRequest: reads,
      schema: {
        summary: 'The words of the version that rounds train from, in the order of their rows',
        params: taskParams,
        response: { 200: vocabulary, 404: problem },
      },
    },
    async (request, reply) => {
      const { task } = find(request.params.task);
      if (!task.vocabulary)
        throw new MurmurationError(
          'request.not-found',
          `The task "${task.name}" names no words as its vocabulary.`,
        );
      reply.header('cache-control', noCache(reading.cache));
      // After a rollback that is one of fewer words, which no device trains whose app knows more.
      const { number } = versionAliases.of(task.name).base;
      const [base] = await history.versions(task.name, number + 1, 1);
      return { words: task.vocabulary.slice(0, base?.vocabulary?.words) };
    },
  );

  app.get(
    '/v1/tasks/:task/rounds',
    {
      schema: {
        summary: 'Rounds, the one under way first',
        ...guarded,
        params: taskParams,
        querystring: page,
        response: { 200: rounds, ...unauthenticated, 404: problem },
      },
      onRequest: inTurn(guard, reading.guard),
    },
    (request, reply) => {
      const { params, query } = request;
      const { current } = find(params.task);
      const before = query.before ?? Number.POSITIVE_INFINITY;
      const key = ['rounds', params.task, before, query.limit, current?.terms.id, current?.state.phase];
      return sendPage(request, reply, key, query.limit, async (): Promise<z.input<typeof rounds>> => {
        const over = await history.rounds(parseTaskName(params.task), before, query.limit);
        const live =
          current && current.terms.number < before && over[0]?.number !== current.terms.number
            ? [liveRound(current.state)]
            : [];
        return { rounds: [...live, ...over.map(pastRound)].slice(0, query.limit) };
      });
    },
  );

  app.get(
    '/v1/tasks/:task/models',
    {
      onRequest: reads,
      schema: {
        summary: 'Model versions',
        params: taskParams,
        querystring: page,
        response: { 200: versions, 404: problem },
      },
    },
    (request, reply) => {
      const { params, query } = request;
      const { task: asked } = find(params.task);
      const before = query.before ?? Number.POSITIVE_INFINITY;
      const key = ['models', params.task, before, query.limit];
      return sendPage(request, reply, key, query.limit, async (): Promise<z.input<typeof versions>> => {
        const task = parseTaskName(params.task);
        const found = await history.versions(task, before, query.limit);
        const judged = await verdicts.of(found.map(({ model }) => model));
        const decisions = await gateDecisions.of(
          task,
          found.map(({ number }) => number),
        );
        const measured = await deviceMetricsOf(asked, queryResults);
        return {
          models: found.map(version => ({
            ...describeVersion(version, judged.get(version.model), decisions.get(version.number)),
            fromDevices: fromDevices(measured.get(version.model)),
          })),
        };
      });
    },
  );
}

function describeTask(
  { task: { name, planVersion, strategy, cohort, privateLayers }, current }: TaskRounds,
  { champion: { model, number, heldBy }, newest, aliases }: VersionsInUse,
): Omit<z.input<typeof task>, 'experiments'> {
  const serves = { model, number, isPinned: heldBy !== null };
  const under = current ? { number: current.terms.number, phase: current.state.phase } : null;
  return {
    name,
    planVersion,
    strategy: strategy.name,
    cohort,
    round: under,
    serves,
    newest: named(newest),
    aliases: Object.fromEntries(aliases.map(each => [each.alias, named(each)])),
    privateLayers: [...privateLayers],
  };
}

function named({ model, number }: VersionName) {
  return { model, number };
}

function describeVersion(
  { task: _, createdAt, privacy, ngrams, vocabulary, ...rest }: ModelVersion,
  verdicts: VerdictCounts = { kept: 0, refused: 0 },
  decision?: GateDecision,
): Omit<z.input<typeof version>, 'fromDevices'> {
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

/** On all examples. */
function fromDevices(measured: DeviceMetrics | undefined): z.input<typeof version>['fromDevices'] {
  const [all] = measured?.parts ?? [];
  if (!all) return null;
  const { devices, examples, metrics } = all;
  return {
    devices,
    examples,
    metrics: Object.fromEntries(metrics.map(({ metric, mean }) => [metric, mean.value])),
  };
}

function liveRound(state: RoundState): z.input<typeof round> {
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

function pastRound({
  task: _,
  planVersion: __,
  groups: ___,
  parts: ____,
  outcome,
  startedAt,
  endedAt,
  query,
  ...rest
}: RoundRecord): z.input<typeof round> {
  return { ...rest, phase: outcome, query: query ?? null, startedAt: iso(startedAt), endedAt: iso(endedAt) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
