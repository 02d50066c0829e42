import {
  type FiguresMessage,
  type QueryBudgetMessage,
  type QueryResultMessage,
  queryResults,
  queryResultsQuery,
  type TaskQueryMessage,
  taskQueries,
  taskQuery,
} from '@murmuration/api/query';
import { taskName } from '@murmuration/api/scalars';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { EvaluatedPart } from '@murmuration/protocol/queries/evaluation';
import type { Figures } from '@murmuration/protocol/queries/figures';
import type { Query } from '@murmuration/protocol/queries/query';
import { shareAsked } from '@murmuration/protocol/queries/sides';
import { iso } from '@murmuration/protocol/time/iso';
import type { Operators } from '@murmuration/rounds/operators/operators';
import type { PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import { statementMessage } from '@murmuration/rounds/privacy/messages';
import type { History } from '@murmuration/rounds/registry/ports';
import type { QueryResult, QueryResultStore } from '@murmuration/rounds/registry/query-results';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import { asksItself, type FurtherRound } from '@murmuration/rounds/rounds/further-round';
import type { RoundControl } from '@murmuration/rounds/rounds/round-control';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { knownTask } from '@murmuration/rounds/task/known-task';
import type { Task, TaskQuery } from '@murmuration/rounds/task/task';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { nextNumber } from './schemas.ts';
import { operatorOf } from './scope.ts';

const params = z.object({ task: taskName });
const oneQuery = params.extend({ query: taskName });

/** Adds the routes of queries to a task's devices, and of their answers. */
export function queryRoutes(
  scope: App,
  operators: Operators,
  {
    tasks,
    control,
    queryResults: store,
    history,
    privacy,
  }: {
    readonly tasks: AllRounds;
    readonly control: Pick<RoundControl, 'ask'>;
    readonly queryResults: QueryResultStore;
    readonly history: Pick<History, 'numbersOf'>;
    readonly privacy: PrivacyBudgets;
  },
): void {
  const roundsOf = (name: string): TaskRounds => knownTask(tasks.get(name), name);
  const queryOf = ({ name: task, queries }: Task, name: string): TaskQuery => {
    const found = queries.find(({ query }) => query.name === name);
    if (found) return found;
    throw new MurmurationError('request.not-found', `The task "${task}" has no query "${name}".`);
  };
  const messageOf = async (rounds: TaskRounds, asked: TaskQuery): Promise<TaskQueryMessage> => {
    const { name, kind, threshold, period } = asked.query;
    const [newest] = await store.results(rounds.task.name, name, Number.POSITIVE_INFINITY, 1);
    const { nextAt, isWanted, further } = rounds.standingOf(asked);
    return {
      name,
      kind,
      threshold,
      period,
      every: asked.every,
      nextAt: Number.isFinite(nextAt) ? iso(nextAt) : null,
      isWanted,
      share: shareAsked(kind, further?.number ?? 1),
      further: further ? furtherMessage(further) : null,
      privacy: budgetMessage(privacy, rounds.upcoming, asked.query),
      newest: newest ? await resultMessage(newest, history) : null,
    };
  };

  scope.get(
    '/tasks/:task/queries',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'The queries of a task, each with its newest result',
        params,
        response: { 200: taskQueries, 404: problem },
      },
    },
    async ({ params: { task } }) => {
      const found = roundsOf(task);
      return { queries: await Promise.all(found.upcoming.queries.map(each => messageOf(found, each))) };
    },
  );

  scope.get(
    '/tasks/:task/queries/:query',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'A query and its results, newest first',
        params: oneQuery,
        querystring: queryResultsQuery,
        response: { 200: queryResults, 404: problem },
      },
    },
    async ({ params: { task, query: name }, query: { before, limit } }) => {
      const found = roundsOf(task);
      const query = await messageOf(found, queryOf(found.upcoming, name));
      const results = await store.results(found.task.name, name, before ?? Number.POSITIVE_INFINITY, limit);
      const next = nextNumber(results, limit);
      return { query, results: await Promise.all(results.map(each => resultMessage(each, history))), next };
    },
  );

  scope.post(
    '/tasks/:task/queries/:query/run',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Ask devices a query in the next round',
        params: oneQuery,
        response: { 202: taskQuery, 404: problem },
      },
    },
    async (request, reply) => {
      const { task, query: name } = request.params;
      const found = roundsOf(task);
      const query = queryOf(found.upcoming, name);
      const changes = [{ field: 'query', from: null, to: name }];
      await operators.audited(
        operatorOf(request),
        'query.run',
        task,
        () => control.ask(found.task.name, name),
        () => changes,
      );
      return reply.status(202).send(await messageOf(found, query));
    },
  );
}

const furtherMessage = (further: FurtherRound): TaskQueryMessage['further'] => {
  const { number, of, failures, until } = further;
  return { number, of, failures, isAutomatic: asksItself(further), until: iso(until) };
};

function budgetMessage(budgets: PrivacyBudgets, task: Task, query: Query): QueryBudgetMessage | null {
  const status = budgets.answers.statusOf(task, query);
  const { privacy } = query;
  if (!status || !privacy) return null;
  const { statement, ...rest } = status;
  const together = budgets.togetherOf(task);
  return {
    epsilon: privacy.epsilon,
    delta: privacy.delta,
    ...rest,
    spent: statementMessage(statement),
    together,
  };
}

async function resultMessage(
  { query, figures, startedAt, endedAt, privacy, ...rest }: QueryResult,
  history: Pick<History, 'numbersOf'>,
): Promise<QueryResultMessage> {
  const { name, kind, threshold } = query;
  return {
    ...rest,
    query: name,
    kind,
    threshold,
    figures: figures && (await figuresMessage(figures, history)),
    startedAt: iso(startedAt),
    endedAt: iso(endedAt),
    privacy: privacy ? { step: privacy.step, statement: statementMessage(privacy.statement) } : null,
  };
}

export const partMessage = ({ metrics, ...part }: EvaluatedPart) => ({ ...part, metrics: [...metrics] });

/** Returns the figures of a query, with the numbers of versions added. */
async function figuresMessage(
  figures: Figures,
  history: Pick<History, 'numbersOf'>,
): Promise<FiguresMessage> {
  if (figures.kind === 'arm') {
    const { version: model, outcomes, ...rest } = figures;
    const numbers = await history.numbersOf([model]);
    return { ...rest, model, version: numbers.get(model) ?? null, outcomes: [...outcomes] };
  }
  if (figures.kind !== 'evaluation' && figures.kind !== 'outcomes') return figures as FiguresMessage;
  const numbers = await history.numbersOf(figures.versions.map(({ version }) => version));
  const named = (model: ModelHash) => ({ model, version: numbers.get(model) ?? null });
  if (figures.kind === 'evaluation')
    return {
      ...figures,
      versions: figures.versions.map(({ version, parts }) => ({
        ...named(version),
        parts: parts.map(partMessage),
      })),
    };
  return {
    kind: 'outcomes',
    versions: figures.versions.map(({ version, outcomes, ...rest }) => ({
      ...rest,
      ...named(version),
      outcomes: [...outcomes],
    })),
  };
}
