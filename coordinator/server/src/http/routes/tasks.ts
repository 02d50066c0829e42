import { publicTask, publicTasks } from '@murmuration/api/public';
import type { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { taskNamePattern } from '@murmuration/protocol/ids/ids';
import type {
  VersionAliases,
  VersionName,
  VersionsInUse,
} from '@murmuration/rounds/promotion/version-aliases';
import { contentHash } from '@murmuration/rounds/registry/content-hash';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { knownTask } from '@murmuration/rounds/task/known-task';
import { type Holder, isFor } from '@murmuration/serving/access/holder';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { App } from '../app.ts';
import { problem } from '../problem.ts';
import { noCache } from '../reading.ts';
import { type TaskHistorySources, taskHistoryRoutes } from './task-history.ts';

const vocabulary = z.object({ words: z.array(z.string()) });
const taskParams = z.object({ task: z.string().regex(taskNamePattern) });

export interface TaskRoutePorts extends Omit<TaskHistorySources, 'tasks' | 'history' | 'verdicts'> {
  readonly versionAliases: Pick<VersionAliases, 'of'>;
  readonly experiments: Pick<Experiments, 'served'>;
  /** Returns the inference server replica that a token belongs to; undefined if it belongs to none. */
  readonly replicaOf: (authorization: string | undefined) => Promise<Holder | undefined>;
  readonly isDevelopment: boolean;
}

type TaskSources = TaskRoutePorts & TaskHistorySources;

/**
 * Adds the public data of tasks: their model versions and, if there are no operators, their rounds, newest
 * first.
 */
export function taskRoutes(
  app: App,
  tasks: AllRounds,
  history: TaskHistorySources['history'],
  verdicts: TaskHistorySources['verdicts'],
  ports: TaskRoutePorts,
): void {
  const sources = { ...ports, tasks, history, verdicts };
  shownRoutes(app, sources);
  vocabularyRoute(app, sources);
  taskHistoryRoutes(app, sources);
}

/** Adds the routes that list the tasks and show one. */
function shownRoutes(
  app: App,
  { tasks, versionAliases, experiments, reading, replicaOf, isDevelopment }: TaskSources,
): void {
  const reads = reading.guard ? [reading.guard] : [];
  const describe = (each: TaskRounds, replica: Holder | undefined) => ({
    ...describeTask(each, versionAliases.of(each.task.name)),
    experiments:
      replica && isFor(replica, each.task.name)
        ? experiments.served(each.task.name).map(served => ({ ...served, arms: [...served.arms] }))
        : [],
  });
  /** Caches must not give a replica's answer to others. */
  const heardBy = async ({ headers }: FastifyRequest, reply: Pick<FastifyReply, 'header'>) => {
    const replica = await replicaOf(headers.authorization);
    reply.header('cache-control', noCache(replica ? 'private' : reading.cache));
    return replica;
  };

  app.get(
    '/v1/tasks',
    {
      onRequest: reads,
      schema: {
        summary: 'The tasks',
        description: 'A request with If-None-Match is answered with 304 while nothing has changed.',
        response: { 200: publicTasks },
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
      schema: { summary: 'One task', params: taskParams, response: { 200: publicTask, 404: problem } },
    },
    async (request, reply) => {
      const { task } = request.params;
      return describe(knownTask(tasks.get(task), task), await heardBy(request, reply));
    },
  );
}

function vocabularyRoute(app: App, { tasks, history, versionAliases, reading }: TaskSources): void {
  const reads = reading.guard ? [reading.guard] : [];
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
      const { task } = knownTask(tasks.get(request.params.task), request.params.task);
      if (!task.vocabulary)
        throw new MurmurationError(
          'request.not-found',
          `The task "${task.name}" names no words as its vocabulary.`,
        );
      reply.header('cache-control', noCache(reading.cache));
      // After a rollback the base may have fewer words; devices whose app knows more do not train it.
      const { number } = versionAliases.of(task.name).base;
      const [base] = await history.versions(task.name, number + 1, 1);
      return { words: task.vocabulary.slice(0, base?.vocabulary?.words) };
    },
  );
}

function describeTask(
  { task: { name, planVersion, strategy, cohort, privateLayers }, current }: TaskRounds,
  { champion: { model, number, heldBy }, newest, aliases }: VersionsInUse,
): Omit<z.input<typeof publicTask>, 'experiments'> {
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
