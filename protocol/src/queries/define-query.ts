import { MurmurationError } from '../errors/errors.ts';
import { plainWords } from '../errors/expected.ts';
import { duration } from '../time/duration.ts';
import type { Query, QueryKind, QueryPrivacy } from './query.ts';
import { writeQuery } from './query-bytes.ts';
import { problemOfQuery } from './query-form.ts';
import { heavyFor } from './sides.ts';

/** Fields of a definition that have defaults. */
type Defaulted =
  | 'threshold'
  | 'period'
  | 'levels'
  | 'values'
  | 'quantiles'
  | 'buckets'
  | 'bytes'
  | 'texts'
  | 'versions'
  | 'metrics'
  | 'slices'
  | 'examples'
  | 'sketches'
  | 'heavyFrom';

/**
 * Definition without the fields that a round adds: `heavy` is found by a round; `arm` and `step` name its
 * subject.
 */
type DefinitionOf<Asked extends Query> = Omit<Asked, Defaulted | 'heavy' | 'arm' | 'step' | 'privacy'> &
  Partial<Omit<Pick<Asked, Defaulted & keyof Asked>, 'period'>> & {
    /** Time within which a device answers once, such as `'1 d'`, the default, or ms. */
    readonly period?: string | number;
    /** Makes devices add noise to their answers. `noise` is `'skellam'` by default. */
    readonly privacy?: Omit<QueryPrivacy, 'noise'> & Partial<Pick<QueryPrivacy, 'noise'>>;
  };

/** Query as a team writes it down. */
export type QueryDefinition = {
  readonly [Kind in QueryKind]: DefinitionOf<Extract<Query, { readonly kind: Kind }>>;
}[QueryKind];

const asked = { threshold: 10 };

/** Shortest period of a query of more than one round, ms. */
const shortestOfTwo = 60_000;

const quantilesByDefault = [0.05, 0.25, 0.5, 0.75, 0.95];

/** True if a query has rounds of sketches and rounds of counts. */
const asksBothSides = (kind: QueryKind) => kind === 'heavy-hitters' || kind === 'ngrams';

/** Metrics that the SDK measures on its own; losses are clipped at 14, about ln 10⁶. */
const metricsByDefault = [
  { metric: 'loss', least: 0, most: 14, better: 'lower' },
  { metric: 'top1', least: 0, most: 1, better: 'higher' },
  { metric: 'top3', least: 0, most: 1, better: 'higher' },
] as const;

const defaults: Readonly<Record<QueryKind, object>> = {
  count: {},
  sum: { levels: 1_000 },
  mean: { levels: 1_000 },
  histogram: { values: 1, quantiles: quantilesByDefault },
  top: { values: 1 },
  distinct: { values: 1, buckets: 4_096 },
  outcomes: { values: 100, versions: [] },
  arm: { values: 100, levels: 1_000 },
  evaluation: { metrics: metricsByDefault, slices: [], versions: [], examples: 200, levels: 1_000 },
  'heavy-hitters': { values: 100, bytes: 16, texts: 500, buckets: 16_384 },
  numbers: { values: 1_000 },
  // The words are already known, so a threshold of three devices is enough.
  ngrams: {
    threshold: 3,
    values: 1_000,
    sketches: [
      { rows: 3, buckets: 16_384 },
      { rows: 3, buckets: 16_384 },
    ],
  },
};

/**
 * Checks a query and fills in its defaults:
 * - `threshold` 10 and `period` a day;
 * - 1,000 `levels` from the lower bound to the upper one;
 * - 1 of `values` a device (100 of `outcomes` and `arm`, 1,000 of `numbers`);
 * - 4,096 `buckets`;
 * - heavy hitters: 100 `values`, 16 `bytes`, 500 `texts`, 16,384 `buckets`;
 * - n-grams: `threshold` 3, 1,000 `values`, two `sketches` of 3 rows of 16,384 buckets;
 * - heavy hitters and n-grams: `heavyFrom` 0.6 of the threshold, at least 3;
 * - evaluations: `loss`, `top1` and `top3`, 200 `examples`, 1,000 `levels`;
 * - `privacy`: Skellam noise.
 *
 * Throws `config.invalid`, naming the wrong field.
 */
export function defineQuery(definition: QueryDefinition): Query {
  const named = typeof definition?.name === 'string' ? `The query "${definition.name}"` : 'The query';
  const refuse = (why: string) => new MurmurationError('config.invalid', `${named}: ${why}`);
  const period = duration.safeParse(definition?.period ?? '1 d', { error: plainWords });
  if (!period.success) throw refuse(`period: ${period.error.issues[0]!.message}.`);
  const { privacy } = definition ?? {};
  const given = { ...asked, ...defaults[definition?.kind], ...definition };
  const query = {
    ...(asksBothSides(given.kind) && { heavyFrom: heavyFor(given.threshold) }),
    ...given,
    period: period.data,
    ...(typeof privacy === 'object' && privacy !== null && { privacy: { noise: 'skellam', ...privacy } }),
  };
  const problem = problemOfQuery(query);
  if (problem) throw refuse(problem);
  if (asksBothSides(definition.kind) && period.data < shortestOfTwo)
    throw refuse(
      'period: its further rounds have to begin within the period of the first. Give a minute or more.',
    );
  writeQuery(query as Query);
  return query as Query;
}
