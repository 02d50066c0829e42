import { MurmurationError } from '../errors/errors.ts';
import { listed } from '../ngrams/id-list.ts';
import { logarithmicCount } from './bins.ts';
import type {
  DeviceMetric,
  HeavyHittersQuery,
  LogarithmicBins,
  NgramsQuery,
  Query,
  QueryKind,
} from './query.ts';
import { bucketRows } from './text-digest.ts';

// Written by hand, without shared helpers: a page loads this file only when a device is queried, and sharing
// code with its initial bundle would make that larger.

/** Pattern of task names. */
const taskNamePattern = /^[a-z][a-z0-9-]{0,62}$/;

/** Maximum bins of a histogram, and items of a list. */
const mostCounted = 2_048;
const mostBuckets = 65_536;
const mostNumbers = 2 ** 20;
const maxMagnitude = 1e15;
const year = 366 * 86_400_000;
/** Last ms of the year 9999. */
const latestMs = 253_402_300_799_999;

/** Check of a field, and the description of valid values. */
type Form = readonly [is: (value: unknown) => boolean, what: string];
type Fields = Readonly<Record<string, Form>>;

const isIn = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && value >= least && value <= most;
const isListOf = (
  value: unknown,
  least: number,
  most: number,
  is: (item: unknown) => boolean,
): value is readonly unknown[] =>
  Array.isArray(value) && value.length >= least && value.length <= most && value.every(is);
const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const whole = (least: number, most: number): Form => [
  value => isIn(value, least, most) && Number.isInteger(value),
  `a whole number from ${least} to ${most}`,
];
const number = (least: number, most: number): Form => [
  value => isIn(value, least, most),
  `a number from ${least} to ${most}`,
];

const bound = number(-maxMagnitude, maxMagnitude);
const values = whole(1, 1_000);

const asked: Fields = {
  name: [
    value => typeof value === 'string' && taskNamePattern.test(value) && !/--[2-7]$/.test(value),
    'a lower-case letter, then up to 62 lower-case letters, digits and hyphens, not ending with --2 to --7',
  ],
  kind: [() => true, ''],
  threshold: whole(3, 1_000_000),
  period: whole(0, year),
  privacy: [value => value === undefined || isFields(value), 'epsilon, delta, rounds and noise'],
};
const noised: Fields = {
  epsilon: number(1e-6, 1e6),
  delta: number(1e-300, 1 - 1e-9),
  rounds: whole(1, 10_000),
  noise: [value => value === 'skellam' || value === 'discreteGaussian', 'skellam or discreteGaussian'],
};

/** Reasons why noise by devices is useless for a kind. */
const unnoised: Partial<Record<QueryKind, string>> = {
  distinct: 'which buckets are empty can no longer be told under noise. Ask a histogram or a ranking',
  outcomes:
    'its squares and products take so much noise that nothing is left. Ask for the mean of a share of each device',
  ngrams: 'noise of the length of that many counts hides all that few devices have',
  numbers:
    'noise of the length of that many numbers hides all that few devices have. Ask a ranking (top) of fewer items',
  arm: 'the squares that its intervals stand on take so much noise that nothing is left. Ask for the mean of a share of each device',
  'heavy-hitters':
    'texts are read from sums that have to be exact, and noise makes them unreadable. Ask a ranking (top) of a list that is known',
};
const bounded: Fields = { least: bound, most: bound, levels: whole(1, 1_000_000) };

const logarithmic: Fields = {
  relative: number(0.001, 0.5),
  least: number(1e-15, maxMagnitude),
  most: number(1e-15, maxMagnitude),
};

const isEdges = (edges: unknown): boolean =>
  isListOf(edges, 2, mostCounted + 1, bound[0]) &&
  edges.every((edge, i) => i === 0 || (edges[i - 1] as number) < (edge as number));

const named: Form = [
  outcomes => isListOf(outcomes, 1, 8, isItem) && areDistinct(outcomes),
  'a list of 1 to 8 texts of up to 128 characters, no two alike',
];

const armFields: Fields = {
  experiment: [id => typeof id === 'string' && /^[0-9a-f]{16}$/.test(id), '16 hexadecimal digits'],
  version: [version => isHash(version), 'the hash of a version'],
  since: whole(0, latestMs),
};

/** At most as many buckets in all rows as a query has numbers. */
const sketch: Fields = { rows: whole(1, 8), buckets: whole(16, 131_072) };
const heavyFrom: Form = [
  value => value === undefined || whole(3, 1_000_000)[0](value),
  whole(3, 1_000_000)[1],
];
const stepFields: Fields = {
  length: whole(2, 4),
  asks: [asks => asks === 'sketch' || asks === 'list', 'sketch or list'],
  ngrams: [bytes => bytes instanceof Uint8Array && isListLength(bytes), 'a list of n-grams'],
};

const fieldsOf: Readonly<Record<QueryKind, Fields>> = {
  count: {},
  sum: bounded,
  mean: bounded,
  histogram: {
    bins: [isFields, 'edges, or relative, least and most'],
    values,
    quantiles: [
      all => isListOf(all, 0, 16, each => isIn(each, 1e-9, 1 - 1e-9)),
      'a list of at most 16 numbers between 0 and 1',
    ],
  },
  top: {
    items: [
      items => isListOf(items, 1, mostCounted, isItem) && areDistinct(items),
      `a list of 1 to ${mostCounted} texts of up to 128 characters, no two alike`,
    ],
    values,
  },
  distinct: { buckets: whole(16, mostBuckets), values },
  outcomes: {
    outcomes: named,
    versions: [
      versions => isListOf(versions, 0, 16, isHash) && areDistinct(versions),
      'a list of at most 16 hashes of versions, no two alike',
    ],
    values,
  },
  arm: {
    outcomes: named,
    values,
    levels: whole(1, 1_000_000),
    arm: [
      arm => arm === undefined || (isFields(arm) && !problemOfFields(arm, armFields)),
      'an arm, with experiment, version and since',
    ],
  },
  evaluation: {
    metrics: [
      metrics => isListOf(metrics, 1, 8, isFields),
      'a list of 1 to 8 metrics, each with metric, least, most and better',
    ],
    slices: [
      slices => isListOf(slices, 0, 16, isItem) && areDistinct(slices),
      'a list of at most 16 texts of up to 128 characters, no two alike',
    ],
    versions: [
      versions => isListOf(versions, 0, 4, isHash) && areDistinct(versions),
      'a list of at most 4 hashes of versions, no two alike',
    ],
    examples: whole(1, 10_000),
    levels: whole(1, 1_000_000),
  },
  'heavy-hitters': {
    values,
    bytes: [value => whole(2, 64)[0](value) && (value as number) % 2 === 0, 'an even number from 2 to 64'],
    texts: whole(1, 5_000),
    buckets: whole(16, mostBuckets),
    heavyFrom,
    heavy: [value => value === undefined || value instanceof Uint8Array, 'bytes'],
  },
  numbers: { numbers: whole(16, mostNumbers), values: whole(1, mostBuckets) },
  ngrams: {
    classes: whole(2, mostBuckets),
    firstClass: whole(0, mostBuckets - 1),
    values: whole(1, mostBuckets),
    sketches: [
      all => isListOf(all, 0, 3, form => isFields(form) && !problemOfFields(form, sketch)),
      'a list of at most 3 sketches, each with rows (1 to 8) and buckets (16 to 131072)',
    ],
    heavyFrom,
    step: [
      step => step === undefined || (isFields(step) && !problemOfFields(step, stepFields)),
      'a step, with length, asks and ngrams',
    ],
  },
};

const queryKinds = Object.keys(fieldsOf) as readonly QueryKind[];

/** True if bytes begin like a list of n-grams; the reader of the list checks the rest. */
function isListLength(bytes: Uint8Array): boolean {
  try {
    return listed(bytes) >= 0;
  } catch {
    return false;
  }
}

/** True for a text that a message can carry: without NUL and lone surrogates. */
const isItem = (item: unknown): boolean =>
  typeof item === 'string' && item.length > 0 && item.length <= 128 && !/\p{Surrogate}|\0/u.test(item);

const isHash = (version: unknown): boolean => typeof version === 'string' && /^[0-9a-f]{64}$/.test(version);

const areDistinct = (all: readonly unknown[]): boolean => new Set(all).size === all.length;

/** Checks that a value is a query; throws `request.invalid` otherwise. */
export function parseQuery(value: unknown): Query {
  const problem = problemOfQuery(value);
  if (problem) throw new MurmurationError('request.invalid', `The query: ${problem}`);
  return value as Query;
}

/** Sentence that says why a value is no query; undefined if it is one. */
export function problemOfQuery(value: unknown): string | undefined {
  if (!isFields(value)) return 'It has to be an object.';
  const kind = value.kind as QueryKind;
  if (!queryKinds.includes(kind)) return `kind has to be one of ${queryKinds.join(', ')}.`;
  return (
    problemOfFields(value, { ...asked, ...fieldsOf[kind] }) ??
    problemOfBounds(value) ??
    problemOfPrivacy(kind, value.privacy as Readonly<Record<string, unknown>> | undefined) ??
    (kind === 'evaluation' ? problemOfMetrics(value.metrics as DeviceMetric[]) : undefined) ??
    (kind === 'histogram' ? problemOfBins(value.bins as Readonly<Record<string, unknown>>) : undefined) ??
    (kind === 'ngrams' ? problemOfNgrams(value as unknown as NgramsQuery) : undefined) ??
    (kind === 'heavy-hitters' ? problemOfHeavy(value as unknown as HeavyHittersQuery) : undefined)
  );
}

function problemOfFields(value: Readonly<Record<string, unknown>>, fields: Fields): string | undefined {
  const unknown = Object.keys(value).find(name => !Object.hasOwn(fields, name));
  if (unknown !== undefined) return `There is no field ${unknown.slice(0, 64)}.`;
  const wrong = Object.entries(fields).find(([name, [is]]) => !is(value[name]));
  return wrong && `${wrong[0]} has to be ${wrong[1][1]}.`;
}

function problemOfBounds({ least, most }: Readonly<Record<string, unknown>>): string | undefined {
  if (least === undefined || (least as number) < (most as number)) return undefined;
  return 'least has to be below most.';
}

function problemOfPrivacy(
  kind: QueryKind,
  privacy: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  if (!privacy) return undefined;
  const problem = problemOfFields(privacy, noised);
  if (problem) return `privacy: ${problem}`;
  const why = unnoised[kind];
  return why && `privacy is not for the kind ${kind}: ${why}.`;
}

const measured: Fields = {
  metric: [value => isItem(value), 'a text of up to 128 characters'],
  least: bound,
  most: bound,
  better: [value => value === 'higher' || value === 'lower', 'higher or lower'],
};

function problemOfMetrics(metrics: readonly DeviceMetric[]): string | undefined {
  for (const each of metrics) {
    const fields = each as unknown as Readonly<Record<string, unknown>>;
    const problem = problemOfFields(fields, measured) ?? problemOfBounds(fields);
    if (problem) return `metrics: ${problem}`;
  }
  return areDistinct(metrics.map(({ metric }) => metric)) ? undefined : 'metrics has two of one name.';
}

function problemOfHeavy({ name, buckets, heavy, ...of }: HeavyHittersQuery): string | undefined {
  if (name.length > 60) return 'name has to have at most 60 characters.';
  if (isAbove(of)) return aboveThreshold;
  const bytes = Math.ceil((bucketRows * buckets) / 8);
  return heavy && heavy.length !== bytes ? `heavy has to have ${bytes} bytes.` : undefined;
}

const isAbove = ({ heavyFrom = 3, threshold }: Pick<NgramsQuery, 'heavyFrom' | 'threshold'>) =>
  heavyFrom > threshold;
const aboveThreshold = 'heavyFrom has to be at most threshold.';

function problemOfNgrams({
  name,
  classes,
  firstClass,
  sketches,
  step,
  ...of
}: NgramsQuery): string | undefined {
  if (name.length > 60) return 'name has to have at most 60 characters.';
  if (isAbove(of)) return aboveThreshold;
  if (firstClass >= classes) return 'firstClass has to be below classes.';
  return step && step.length - 2 >= sketches.length
    ? `step: there is no sketch of ${step.length} ids.`
    : undefined;
}

function problemOfBins(bins: Readonly<Record<string, unknown>>): string | undefined {
  if ('edges' in bins)
    return problemOfFields(bins, {
      edges: [isEdges, `a list of 2 to ${mostCounted + 1} finite numbers in ascending order`],
    });
  const problem = problemOfFields(bins, logarithmic) ?? problemOfBounds(bins);
  if (problem) return `bins: ${problem}`;
  const count = logarithmicCount(bins as unknown as LogarithmicBins);
  return count > mostCounted
    ? `bins: ${count} bins are more than ${mostCounted}; use a greater relative error.`
    : undefined;
}
