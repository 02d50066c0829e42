import type { Query } from '@murmuration/protocol/queries/query';
import { problemOfQuery } from '@murmuration/protocol/queries/query-form';
import { isSound } from '@murmuration/protocol/queries/texts';
import { queryForm } from '@murmuration/protocol/queries/vector';
import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { wrongTask } from '../configuration/config-error.ts';
import { evaluationQueryOf } from '../evaluation/on-devices.ts';
import { shareOf } from '../round/parts.ts';
import type { Spread } from '../round/round.ts';
import { answerNoiseOf, isNoised } from './answer-noise.ts';
import { cohortSizeOf, type Task, type TaskQuery } from './task.ts';

/** Most queries of one task. */
const mostQueries = 64;

const defined = z.custom<Query>(
  value => problemOfQuery(value) === undefined,
  'expected a query, as defineQuery({ … }) makes it',
);

/** Schema of a task's queries, which run by command or at an interval. */
export const queriesSchema = z
  .array(
    z.union([
      defined.transform((query): TaskQuery => ({ query, every: null, drift: false })),
      z.strictObject({
        /** Query, as `defineQuery({ … })` makes it. */
        query: defined,
        /**
         * Time from the start of one of its rounds to the start of the next, at least a minute.
         * @default null
         */
        every: duration
          .refine(ms => ms >= 60_000, 'expected a minute at least')
          .nullable()
          .default(null),
        /**
         * True if answers are compared with the first answers, as `inference.drift` of the configuration
         * says; for a histogram or a ranking.
         * @default false
         */
        drift: z.boolean().default(false),
      }),
    ]),
  )
  .max(mostQueries);

/** Returns a task's queries as its definition has them. */
export function definedQueries({ queries }: Task): z.input<typeof queriesSchema> {
  return queries.map(each => (each.every === null && !each.drift ? each.query : each));
}

/** Throws `config.invalid` for a query that can't be asked in rounds spread over cells. */
function refuseUnspread({ name, kind, threshold, privacy }: Query, { count }: Spread, goal: number): void {
  const refuse = (why: string) => wrongTask(`cohort.cells must be 1 ${why}, not ${count}`);
  if (kind === 'arm')
    throw refuse(`with queries about arms ("${name}"), whose devices one cell has to choose`);
  if (privacy)
    throw refuse(`with noise in answers ("${name}"), which the sum of each part would need in full`);
  const share = shareOf(goal, count, count);
  if (threshold > share)
    throw wrongTask(
      `cohort.goal must be at least ${count * threshold} for ${count} cells and queries that ask for ${threshold} devices ("${name}"), not ${goal}: no device answers in a part with fewer`,
    );
}

/**
 * Throws `config.invalid` for queries that the task's rounds can't ask, `config.ring` if a sum could wrap.
 */
export function refuseUnaskable(task: Task): void {
  if (task.queries.length === 0) return;
  const refuse = (why: string) => wrongTask(`queries ${why}`);
  // Without masking, the coordinator would see single answers.
  if (!task.masking) throw refuse('need masking, and it is "off"');
  if (task.buffer)
    throw refuse(
      'can\'t be combined with cohort.mode "asynchronous", whose buffers wait as long as it takes',
    );
  if (task.central) throw refuse("can't be combined with training on the coordinator's own examples");
  const bare = task.privacy && task.queries.find(({ query }) => !isNoised(query));
  if (bare)
    throw refuse(
      `("${bare.query.name}") need privacy of their own beside the task's privacy budget, or its ε would not hold: their sums get no noise`,
    );
  const names = task.queries.map(({ query: { name } }) => name);
  if (new Set(names).size < names.length) throw refuse('have two of one name');
  if (task.queries.filter(({ query }) => query.kind === 'evaluation').length > 1)
    throw refuse('have two evaluations; a task has one');
  const { gate, evaluator } = task;
  const gateIsByDevices = !evaluator && gate && (gate.better !== null || gate.neverWorse.length > 0);
  if (gateIsByDevices && evaluationQueryOf(task)?.privacy)
    throw refuse(
      'of the kind evaluation have no privacy where a gate compares versions by them: it takes two versions of one round, and noise is sized for one',
    );
  for (const { query: asked, every, drift } of task.queries) {
    if (task.spread) refuseUnspread(asked, task.spread, task.cohort.goal);
    if (drift && asked.kind !== 'histogram' && asked.kind !== 'top')
      throw refuse(`watch "${asked.name}" for drift, which is no histogram and no ranking (top)`);
    if (asked.threshold > task.cohort.goal)
      throw refuse(
        `ask for ${asked.threshold} devices ("${asked.name}"), and cohort.goal is ${task.cohort.goal}`,
      );
    if (drift && isNoised(asked))
      throw refuse(`watch "${asked.name}" for drift, whose noise would be taken for drift`);
    queryForm(asked, cohortSizeOf(task));
    if (isNoised(asked)) answerNoiseOf(task, asked, { kind: 'composed', parts: [] });
    if (asked.kind === 'arm' && asked.arm) throw refuse(`("${asked.name}") begin without an arm`);
    if (asked.kind === 'arm' && every === null)
      throw refuse(`about arms ("${asked.name}") need "every", so that experiments go on by themselves`);
    if (asked.kind === 'heavy-hitters' && asked.heavy)
      throw refuse(`("${asked.name}") begin without heavy buckets`);
    if (asked.kind === 'ngrams' && asked.step) throw refuse(`("${asked.name}") begin without a step`);
    const known = task.vocabulary?.length;
    if (asked.kind === 'ngrams' && known !== undefined && asked.classes !== asked.firstClass + known)
      throw refuse(
        `ask for n-grams of ${asked.classes - asked.firstClass} words ("${asked.name}"), and vocabulary names ${known}: set its classes to ${asked.firstClass + known}`,
      );
    if (!isSound(asked, cohortSizeOf(task)))
      throw refuse(
        `have too few buckets ("${asked.name}"): at least five times as many as texts, or devices do not answer`,
      );
  }
}
