import * as z from 'zod';
import { privacyStatement } from './privacy.ts';
import { count, instant, modelHash, roundId, taskName } from './scalars.ts';

const kind = z.enum([
  'count',
  'sum',
  'mean',
  'histogram',
  'top',
  'distinct',
  'outcomes',
  'arm',
  'evaluation',
  'heavy-hitters',
  'numbers',
  'ngrams',
]);

const estimate = z
  .object({ value: z.number(), low: z.number(), high: z.number() })
  .describe(
    'With the ends of its interval: 95 % for what all devices would say; of a sum, how far rounding and 95 % of noise reach; of different values, 95 % for the devices that answered',
  );
export type EstimateMessage = z.infer<typeof estimate>;

const end = z.number().nullable();

const noise = z
  .number()
  .optional()
  .describe(
    'Standard deviation of the noise that devices added to it; left out where the query has no privacy budget',
  );

const outcomeFigures = z.object({
  outcome: z.string(),
  count,
  share: estimate.describe('Of the predictions of the version'),
});

/** Outcomes of predictions of one version that devices reported. */
export const versionOutcomes = z.object({
  version: count.nullable().describe('Its number; null: it is gone'),
  model: modelHash,
  devices: count.describe('Devices that told of any'),
  predictions: count
    .nullable()
    .describe('Whose outcome is known; null: fewer devices than the threshold told of any'),
  outcomes: z.array(outcomeFigures).describe('As the query has them; none where predictions is null'),
});

/** Measurements of devices on a part of their held-out examples. */
export const evaluatedPart = z.object({
  slice: z.string().nullable().describe('null: all examples'),
  devices: count.describe('That have any'),
  examples: count,
  metrics: z
    .array(
      z.object({
        metric: z.string(),
        mean: estimate.describe('Mean over devices; its interval resamples devices'),
        deviation: z.number().describe('Standard deviation of devices'),
      }),
    )
    .describe('None where fewer devices than the threshold have any'),
});

/** Result of a query. */
export const queryFigures = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('count'),
    count: count.describe('Devices that say so'),
    share: estimate.describe('Of the devices that answered'),
    noise,
  }),
  z.object({ kind: z.literal('sum'), sum: estimate.describe('Over the devices that answered'), noise }),
  z.object({
    kind: z.literal('mean'),
    mean: estimate,
    deviation: z.number().describe('Standard deviation of devices'),
    noise,
  }),
  z.object({
    kind: z.literal('histogram'),
    bins: z.array(
      z.object({
        from: end.describe('null: no end on that side'),
        to: end,
        count,
        perDevice: estimate.describe('Values of a device in it'),
      }),
    ),
    quantiles: z.array(
      z.object({
        quantile: z.number(),
        value: end.describe('null: beyond the bins, or there are no values'),
        low: end,
        high: end,
      }),
    ),
    noise,
  }),
  z.object({
    kind: z.literal('top'),
    items: z
      .array(z.object({ item: z.string(), count, perDevice: estimate }))
      .describe('The most frequent first'),
    others: count.describe('Values that are not on the list'),
    noise,
  }),
  z.object({
    kind: z.literal('distinct'),
    distinct: estimate.describe('Different values on the devices that answered'),
    error: z.number().describe('Standard error'),
  }),
  z.object({ kind: z.literal('outcomes'), versions: z.array(versionOutcomes) }),
  z.object({
    kind: z.literal('arm'),
    experiment: z.string().describe('Id of the experiment'),
    version: count.nullable().describe('Number of the version that the arm serves; null: it is gone'),
    model: modelHash,
    devices: count.describe('That answered'),
    predictions: count.describe('Whose outcome is known'),
    outcomes: z
      .array(
        z.object({
          outcome: z.string(),
          count,
          rate: estimate.describe('Its share of the predictions of a device, the mean over devices'),
          sum: z.number().describe('Of that share over the devices'),
          squares: z.number().describe('Of its square over the devices'),
        }),
      )
      .describe('As the query has them'),
  }),
  z.object({
    kind: z.literal('evaluation'),
    versions: z.array(
      z.object({
        version: count.nullable().describe('Its number; null: it is gone'),
        model: modelHash,
        parts: z.array(evaluatedPart).describe('All examples first, then slices'),
      }),
    ),
    noise: noise.describe('In the mean of a metric, as a share of its range; left out without privacy'),
  }),
  z.object({
    kind: z.literal('sketch').describe('The first of the two rounds of heavy hitters'),
    buckets: count.describe('Buckets that enough devices have a text in, of all rows'),
  }),
  z.object({
    kind: z.literal('heavy-hitters'),
    texts: z
      .array(
        z.object({
          text: z.string(),
          devices: count.describe('Of those that answered'),
          share: estimate,
        }),
      )
      .describe('The most frequent first'),
    unread: count.describe('Buckets in which as many devices have texts that could not be read'),
    chance: z.number().describe('That a text of no more devices than the threshold is found, at least'),
  }),
  z.object({
    kind: z.literal('numbers'),
    found: count.describe('Numbers that as many devices have as the threshold'),
    devices: z
      .string()
      .describe(
        'base64url of numbers of seven bits a byte, the lowest first, the high bit set in all but the last: of each number that was found, in rising order, how many are left out before it, and how many devices have it',
      ),
  }),
  z.object({
    kind: z.literal('ngram-sketch').describe('A round of n-grams that tells which may be frequent'),
    length: count.describe('Classes of an n-gram'),
    found: count.describe('Places of the sketch that enough devices fill'),
  }),
  z.object({
    kind: z.literal('ngrams'),
    length: count.describe('Classes of an n-gram'),
    found: count.describe('N-grams that as many devices have as the threshold'),
  }),
]);
export type FiguresMessage = z.infer<typeof queryFigures>;

/** Outcome of a query that devices were asked. */
export const queryResult = z.object({
  task: taskName,
  query: z.string().describe('Its name'),
  kind,
  threshold: count.describe('Devices below which nothing is shown'),
  round: roundId,
  number: count.describe('Number of its round'),
  startedAt: instant,
  endedAt: instant,
  devices: count.nullable().describe('Devices whose answers are in the figures; null where there are none'),
  figures: queryFigures.nullable(),
  failure: z.string().nullable().describe('Why there are none'),
  privacy: z
    .object({
      step: count.describe('Sums that were opened from the budget before it'),
      statement: privacyStatement,
    })
    .nullable()
    .describe('What it and those before it may have cost a device; null without a privacy budget'),
});
export type QueryResultMessage = z.infer<typeof queryResult>;

const spentTogether = z.object({
  epsilon: z.number().nullable().describe('null: none holds, as something was released without noise'),
  delta: z.number(),
});

/** Privacy budget of a query's answers, and the part of it that is spent. */
export const queryBudget = z.object({
  epsilon: z.number(),
  delta: z.number(),
  steps: count.describe('Sums that were opened'),
  rounds: count.describe('Sums that the budget is for'),
  isSpent: z.boolean().describe('Devices are not asked any more'),
  spent: privacyStatement,
  together: spentTogether.describe(
    'With the answers to all other queries of the task that have a budget, and its versions, where they have one',
  ),
});
export type QueryBudgetMessage = z.infer<typeof queryBudget>;

/** Next round of a query that takes several rounds. */
const furtherRound = z.object({
  number: count.describe('Which round of the query it is, counted from 1'),
  of: count.describe('Rounds of the query, at most'),
  failures: count.describe('How often it has failed'),
  isAutomatic: z
    .boolean()
    .describe('It is asked by itself; false: it has failed too often, and is asked by command'),
  until: instant.describe('From then on the query begins with its first round'),
});

/** Query of a task, as its definition has it. */
export const taskQuery = z.object({
  name: z.string(),
  kind,
  threshold: count.describe('Devices below which nothing is shown'),
  period: count.describe('ms within which a device answers once'),
  every: count.nullable().describe('ms after which it is asked again by itself; null: only by command'),
  nextAt: instant
    .nullable()
    .describe('When it is asked by itself, at the earliest; null: only by command, or the task is paused'),
  isWanted: z.boolean().describe('Somebody asked for it, and its round has not begun'),
  share: z
    .number()
    .describe(
      'Of all devices, those that answer its next round: of text each says sketches or counts, for ever',
    ),
  further: furtherRound.nullable().describe('Its next round; null: the first one of the query'),
  privacy: queryBudget.nullable().describe('null: its sums get no noise'),
  newest: queryResult.nullable().describe('null: it was never asked'),
});
export type TaskQueryMessage = z.infer<typeof taskQuery>;

/** GET /v1/admin/tasks/:task/queries */
export const taskQueries = z.object({ queries: z.array(taskQuery) });

/** Query of GET /v1/admin/tasks/:task/queries/:query */
export const queryResultsQuery = z.object({
  before: z.coerce.number().int().min(1).optional().describe('Rounds with numbers below this one'),
  limit: z.coerce.number().int().min(1).max(200).default(20),
});

/** GET /v1/admin/tasks/:task/queries/:query */
export const queryResults = z.object({
  query: taskQuery,
  results: z.array(queryResult).describe('Newest first'),
  next: z.int().nullable().describe('`before` of the next page; null at the end'),
});
