import { MurmurationError } from '../errors/errors.ts';
import { widthFor } from '../secagg/ring.ts';
import { atMost } from './at-most.ts';
import { binsOf } from './bins.ts';
import { encodeEvaluation, evaluationElements, type OwnEvaluation } from './evaluation.ts';
import { areSequences, encodeNgramAnswer, ngramElements } from './ngram-answer.ts';
import type {
  ArmQuery,
  DistinctQuery,
  MeanQuery,
  OutcomesQuery,
  Query,
  QueryKind,
  SumQuery,
} from './query.ts';
import { bucketRows, modulus } from './text-digest.ts';
import { textHash } from './text-hash.ts';
import { tableFor } from './text-table.ts';
import { encodeTexts, isTexts, type TextPorts, type Texts } from './texts.ts';

/**
 * Answer of an app: true or false, a value, values, items, counts of outcomes by version, texts with
 * conditions for those that may leave the device, or an evaluation of versions on held-out examples.
 */
export type Answer =
  | boolean
  | number
  | readonly number[]
  | readonly string[]
  | OutcomeCounts
  | OwnEvaluation
  | Texts
  | Sequences;

/** Sequences of ids of the model's classes, oldest first; n-grams are counted within each. */
export type Sequences = readonly (readonly number[])[];

/** Map from the hash of a version to a map from outcomes to their counts. */
export type OutcomeCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Encoding of the answers to a query as ring elements: the same on every device and on the coordinator. */
export interface QueryForm {
  readonly elements: number;
  /** Largest value of an element of one device; none is below 0. */
  readonly largest: number;
  /** Width in bits of the ring in which no sum of the largest cohort can wrap. */
  readonly width: number;
}

/** Throws `config.ring` if the sum of `largestCohort` devices needs more than 31 bits. */
export function queryForm(query: Query, largestCohort: number): QueryForm {
  const [elements, largest] = sizeOf(query);
  // No element is negative, so no sign bit is needed.
  return { elements, largest, width: Math.max(2, widthFor(largest * largestCohort) - 1) };
}

function sizeOf(query: Query): readonly [elements: number, largest: number] {
  switch (query.kind) {
    case 'count':
      return [1, 1];
    case 'sum':
      return [1, query.levels];
    case 'mean':
      return [2, query.levels];
    case 'histogram':
      return [binsOf(query.bins).count, query.values];
    case 'top':
      return [query.items.length + 1, query.values];
    case 'distinct':
      return [query.buckets, 1];
    case 'numbers':
      return [query.numbers, 1];
    case 'ngrams':
      return [ngramElements(query), 1];
    case 'outcomes':
      return [query.versions.length * elementsOf(query.outcomes.length), query.values ** 2];
    case 'arm':
      return [3 * query.outcomes.length, Math.max(query.values, query.levels)];
    case 'evaluation':
      return [evaluationElements(query), query.levels];
    case 'heavy-hitters':
      return query.heavy
        ? [tableFor({ ...query, heavy: query.heavy }).elements, modulus - 1]
        : [bucketRows * query.buckets, 1];
  }
}

/**
 * Encodes a device's addend to the sum; only heavy hitters need `ports`. Values beyond the bounds of the
 * query are clipped: if they were refused, a coordinator that moves the bounds would learn the answer from
 * which devices leave. Throws `options.invalid` for an answer of another kind.
 */
export function encodeAnswer(query: Query, answer: Answer, ports?: TextPorts): Int32Array {
  switch (query.kind) {
    case 'count':
      if (typeof answer !== 'boolean') throw refused(query, 'true or false');
      return Int32Array.of(answer ? 1 : 0);
    case 'sum':
      return Int32Array.of(levelOf(query, answer));
    case 'mean': {
      const level = levelOf(query, answer);
      return Int32Array.of(level, Math.round(level ** 2 / query.levels));
    }
    case 'histogram': {
      const { count, indexOf } = binsOf(query.bins);
      const all = typeof answer === 'number' ? [answer] : answer;
      if (!isListOf(all, Number.isFinite)) throw refused(query, 'a finite number, or a list of these');
      return counted(
        count,
        all.map(value => indexOf(value as number)),
        query,
      );
    }
    case 'top': {
      if (!isListOf(answer, item => typeof item === 'string')) throw refused(query, 'a list of texts');
      const places = new Map(query.items.map((item, place) => [item, place]));
      const others = query.items.length;
      const all = answer.map(item => places.get(item as string) ?? others);
      return counted(others + 1, all, query);
    }
    case 'distinct': {
      if (!isListOf(answer, item => typeof item === 'string')) throw refused(query, 'a list of texts');
      const different = new Set(answer as readonly string[]);
      const buckets = new Int32Array(query.buckets);
      const bucketOf = bucketIn(query);
      for (const text of [...different].slice(0, query.values)) buckets[bucketOf(text)] = 1;
      return buckets;
    }
    case 'numbers': {
      const isNumber = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
      if (!isListOf(answer, isNumber)) throw refused(query, 'a list of whole numbers, none below 0');
      const sum = new Int32Array(query.numbers);
      const known = (answer as readonly number[]).filter(number => number < query.numbers);
      for (const number of [...new Set(known)].slice(0, query.values)) sum[number] = 1;
      return sum;
    }
    case 'ngrams': {
      if (!areSequences(answer)) throw refused(query, 'a list of sequences of ids');
      return encodeNgramAnswer(query, answer);
    }
    case 'outcomes': {
      const { outcomes, versions } = query;
      if (!isFields(answer)) throw refused(query, 'counts of outcomes by version');
      const length = elementsOf(outcomes.length);
      const sum = new Int32Array(versions.length * length);
      for (const [at, version] of versions.entries()) {
        const own = Object.hasOwn(answer, version) ? answer[version]! : {};
        sum.set(
          partOf(
            query,
            outcomes.map(outcome => (Object.hasOwn(own, outcome) ? own[outcome]! : 0)),
          ),
          at * length,
        );
      }
      return sum;
    }
    case 'arm': {
      if (!isFields(answer)) throw refused(query, 'counts of outcomes by version');
      return Int32Array.from(rates(query, answer));
    }
    case 'evaluation': {
      const said = answer as Partial<OwnEvaluation>;
      if (typeof said !== 'object' || said === null || !('all' in said))
        throw refused(query, 'what was measured on all examples, and on slices');
      return encodeEvaluation(query, said as OwnEvaluation);
    }
    case 'heavy-hitters': {
      const said = Array.isArray(answer) ? { texts: answer } : answer;
      if (!isTexts(said)) throw refused(query, 'a list of texts, or { texts, times, digits }');
      if (!ports) throw new TypeError('An answer of texts needs a hash and a secret.');
      return encodeTexts(query, said, ports);
    }
  }
}

/** Hash function from texts to buckets, seeded with the query's name. */
function bucketIn({ name, buckets }: DistinctQuery): (text: string) => number {
  const seed = textHash(name);
  return text => textHash(text, seed) % buckets;
}

/**
 * Elements of a version: a flag for predictions, the counts, their squares, their products with the total,
 * and the square of the total.
 */
export const elementsOf = (outcomes: number): number => 3 * outcomes + 2;

/** Encodes a device's counts of one version. */
function partOf(query: OutcomesQuery, told: readonly number[]): number[] {
  const counts = countsOf(query, told);
  const all = counts.reduce((sum, count) => sum + count, 0);
  return [
    all > 0 ? 1 : 0,
    ...counts,
    ...counts.map(count => count ** 2),
    ...counts.map(count => count * all),
    all ** 2,
  ];
}

/**
 * Counts of all outcomes, then their shares of the total, then the squares of these, rounded up so that no
 * variance is too small. Shares are 0 without a prediction: a device that was only told of other outcomes
 * says so under its mask.
 */
function rates(query: ArmQuery, answer: OutcomeCounts): number[] {
  const { arm, outcomes, levels } = query;
  const own = arm && Object.hasOwn(answer, arm.version) ? answer[arm.version]! : undefined;
  if (!own) throw refused(query, 'counts of the version of the arm');
  const counts = countsOf(
    query,
    outcomes.map(outcome => (Object.hasOwn(own, outcome) ? own[outcome]! : 0)),
  );
  const all = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.map(count => (all > 0 ? Math.round((levels * count) / all) : 0));
  return [...counts, ...shares, ...shares.map(share => Math.ceil(share ** 2 / levels))];
}

/** Counts scaled down in proportion to at most the query's `values`. */
function countsOf(query: OutcomesQuery | ArmQuery, told: readonly number[]): readonly number[] {
  if (told.every(count => Number.isInteger(count) && count >= 0)) return atMost(query.values, [told]);
  throw refused(query, 'counts of outcomes, whole numbers from 0 on');
}

const isFields = (answer: Answer): answer is OutcomeCounts =>
  typeof answer === 'object' && answer !== null && !Array.isArray(answer);

/** Nearest of the levels from the lower bound to the upper one. */
function levelOf(query: SumQuery | MeanQuery, answer: Answer): number {
  const { least, most, levels } = query;
  if (typeof answer !== 'number' || Number.isNaN(answer)) throw refused(query, 'a number');
  return Math.round(((Math.max(least, Math.min(most, answer)) - least) / (most - least)) * levels);
}

function counted(
  elements: number,
  places: readonly number[],
  { values }: Extract<Query, { readonly values: number }>,
): Int32Array {
  const counts = new Int32Array(elements);
  for (const place of places.slice(0, values)) counts[place] = counts[place]! + 1;
  return counts;
}

const isListOf = (answer: unknown, is: (item: unknown) => boolean): answer is readonly unknown[] =>
  Array.isArray(answer) && answer.every(is);

/** Error that does not quote the device's data. */
function refused({ name, kind }: { readonly name: string; readonly kind: QueryKind }, wanted: string) {
  return new MurmurationError(
    'options.invalid',
    `The answer of the app to the query "${name}" (${kind}) has to be ${wanted}; it was not sent.`,
  );
}
