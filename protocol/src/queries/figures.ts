import { MurmurationError } from '../errors/errors.ts';
import type { ModelHash } from '../ids/ids.ts';
import { type Bins, binsOf } from './bins.ts';
import { type HeavyHitters, heavyHittersOf, type Sketch, sketchOf } from './heavy-hitters.ts';
import { type Estimate, meanOfCounts, meanOfValues, ranksOf, shareOfCounts } from './intervals.ts';
import { distinctOf } from './linear-counting.ts';
import type { OutcomesQuery, Query } from './query.ts';
import { rows } from './text-digest.ts';
import { elementsOf, queryForm } from './vector.ts';

/** A bin of a histogram; null: it has no end on that side. */
export interface BinFigures {
  readonly from: number | null;
  readonly to: number | null;
  readonly count: number;
  /** Values of a device in it. */
  readonly perDevice: Estimate;
}

/** A quantile; null: it lies beyond the bins on that side, or there are no values. */
export interface QuantileFigures {
  readonly quantile: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface ItemFigures {
  readonly item: string;
  readonly count: number;
  /** How often it occurs on a device. */
  readonly perDevice: Estimate;
}

export interface OutcomeFigures {
  readonly outcome: string;
  readonly count: number;
  /** Of the predictions of the version. */
  readonly share: Estimate;
}

/** What became of predictions of a version. */
export interface VersionFigures {
  readonly version: ModelHash;
  /** Devices that told of any. */
  readonly devices: number;
  /** Whose outcome is known; null where fewer devices than the threshold told of any. */
  readonly predictions: number | null;
  /** In the order of the query; none where `predictions` is null. */
  readonly outcomes: readonly OutcomeFigures[];
}

/** What a query found; intervals are about all devices, of which those that answered were drawn at random. */
export type Figures =
  | { readonly kind: 'count'; readonly count: number; readonly share: Estimate }
  /** The sum over the devices that answered; `low` and `high` are as far as rounding reaches. */
  | { readonly kind: 'sum'; readonly sum: Estimate }
  | { readonly kind: 'mean'; readonly mean: Estimate; readonly deviation: number }
  | {
      readonly kind: 'histogram';
      readonly bins: readonly BinFigures[];
      readonly quantiles: readonly QuantileFigures[];
    }
  /** The most frequent first; `others` are not on the list. */
  | { readonly kind: 'top'; readonly items: readonly ItemFigures[]; readonly others: number }
  /** Of the devices that answered; `error`: standard error. */
  | { readonly kind: 'distinct'; readonly distinct: Estimate; readonly error: number }
  | { readonly kind: 'outcomes'; readonly versions: readonly VersionFigures[] }
  | Sketch
  | HeavyHitters;

/**
 * What the sum of the answers of so many devices says. Throws `update.impossible` where no answers of theirs could have led to it, `config.invalid`
 * where the query has too few buckets for them.
 */
export function figuresOf(query: Query, sum: Int32Array, devices: number): Figures {
  requirePossible(query, sum, devices);
  switch (query.kind) {
    case 'count':
      return { kind: 'count', count: sum[0]!, share: meanOfCounts(sum[0]!, devices, 1) };
    case 'sum': {
      const { least, most, levels } = query;
      const step = (most - least) / levels;
      const value = least * devices + step * sum[0]!;
      const rounding = (devices * step) / 2;
      return { kind: 'sum', sum: { value, low: value - rounding, high: value + rounding } };
    }
    case 'mean':
      return { kind: 'mean', ...meanOf(query, sum, devices) };
    case 'histogram': {
      const bins = binsOf(query.bins);
      return {
        kind: 'histogram',
        bins: Array.from(sum, (count, i) => ({
          from: endOf(bins.from(i)),
          to: endOf(bins.to(i)),
          count,
          perDevice: meanOfCounts(count, devices, query.values),
        })),
        quantiles: query.quantiles.map(quantile => quantileOf(quantile, bins, sum, devices)),
      };
    }
    case 'top': {
      const items = query.items.map((item, i) => ({
        item,
        count: sum[i]!,
        perDevice: meanOfCounts(sum[i]!, devices, query.values),
      }));
      return { kind: 'top', items: items.sort((a, b) => b.count - a.count), others: sum.at(-1)! };
    }
    case 'distinct':
      return { kind: 'distinct', ...distinctOf(query, sum) };
    case 'outcomes': {
      const length = elementsOf(query.outcomes.length);
      const versions = query.versions.map((version, at) =>
        versionFigures(query, version, sum.subarray(at * length, (at + 1) * length), devices),
      );
      return { kind: 'outcomes', versions };
    }
    case 'heavy-hitters':
      return query.heavy
        ? heavyHittersOf({ ...query, heavy: query.heavy }, sum, devices)
        : sketchOf(query, sum);
  }
}

function versionFigures(
  { name, outcomes, threshold, values }: OutcomesQuery,
  version: ModelHash,
  sums: Int32Array,
  asked: number,
): VersionFigures {
  const devices = sums[0]!;
  const [counts, squares, products] = [0, 1, 2].map(part =>
    sums.subarray(1 + part * outcomes.length, 1 + (part + 1) * outcomes.length),
  ) as [Int32Array, Int32Array, Int32Array];
  const all = counts.reduce((sum, count) => sum + count, 0);
  const allSquares = sums.at(-1)!;
  const isOf = (product: number, count: number) => product >= count && product <= values * count;
  const isPossible =
    devices <= asked &&
    isOf(all, devices) &&
    isOf(allSquares, all) &&
    products.reduce((sum, product) => sum + product, 0) === allSquares &&
    counts.every((count, at) => isOf(squares[at]!, count) && isOf(products[at]!, count));
  if (!isPossible) throw impossible(name, asked);
  if (devices < threshold) return { version, devices, predictions: null, outcomes: [] };
  const figures = outcomes.map((outcome, at) => ({
    outcome,
    count: counts[at]!,
    share: shareOfCounts({
      devices,
      count: counts[at]!,
      all,
      squares: squares[at]!,
      products: products[at]!,
      allSquares,
    }),
  }));
  return { version, devices, predictions: all, outcomes: figures };
}

function meanOf(
  { least, most, levels }: Extract<Query, { readonly kind: 'mean' }>,
  [total, squares]: Int32Array,
  devices: number,
): { readonly mean: Estimate; readonly deviation: number } {
  const step = (most - least) / levels;
  const level = total! / devices;
  // Squares are counted in units of `levels`.
  const variance = Math.max(0, (squares! * levels) / devices - level ** 2) * (devices / (devices - 1));
  const deviation = step * Math.sqrt(variance);
  const { value, low, high } = meanOfValues(least + step * level, deviation, devices);
  return { mean: { value, low: Math.max(least, low), high: Math.min(most, high) }, deviation };
}

function quantileOf(quantile: number, bins: Bins, sum: Int32Array, devices: number): QuantileFigures {
  const total = sum.reduce((all, count) => all + count, 0);
  if (total === 0) return { quantile, value: null, low: null, high: null };
  const [first, last] = ranksOf(quantile, devices);
  const [index, part] = placeOf(quantile * total, sum);
  return {
    quantile,
    value: endOf(bins.at(index, part)),
    low: endOf(bins.from(placeOf(first * total, sum)[0])),
    high: endOf(bins.to(placeOf(last * total, sum)[0])),
  };
}

/** The bin in which so many values are reached, and which part of the bin lies before. */
function placeOf(rank: number, sum: Int32Array): readonly [index: number, part: number] {
  let before = 0;
  let last = 0;
  for (const [index, count] of sum.entries()) {
    if (count === 0) continue;
    if (before + count >= rank) return [index, (rank - before) / count];
    before += count;
    last = index;
  }
  return [last, 1];
}

const endOf = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The sum of all elements of one device, at most. */
function mostInAll(query: Query): number {
  if (query.kind === 'heavy-hitters') return rows * query.values;
  if (query.kind === 'outcomes') return Number.POSITIVE_INFINITY;
  return 'values' in query ? query.values : Number.POSITIVE_INFINITY;
}

function requirePossible(query: Query, sum: Int32Array, devices: number): void {
  const { elements, largest } = queryForm(query, devices);
  // Sums of a table wrap; what it says is held against itself.
  const wraps = query.kind === 'heavy-hitters' && query.heavy !== undefined;
  const most = largest * devices;
  const isPossible =
    sum.length === elements &&
    (wraps || sum.every(element => element >= 0 && element <= most)) &&
    (wraps || sum.reduce((all, count) => all + count, 0) <= mostInAll(query) * devices);
  if (isPossible) return;
  throw impossible(query.name, devices);
}

function impossible(name: string, devices: number): MurmurationError {
  return new MurmurationError(
    'update.impossible',
    `No answers of ${devices} devices to the query "${name}" have this sum.`,
  );
}
