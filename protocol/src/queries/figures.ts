import { MurmurationError } from '../errors/errors.ts';
import type { ModelHash } from '../ids/ids.ts';
import { binsOf, type HistogramBins } from './bins.ts';
import { type EvaluatedVersion, evaluatedVersions, isPossibleEvaluation } from './evaluation.ts';
import { type FoundNgrams, type NgramSketch, ngramFigures } from './found-ngrams.ts';
import { type FoundNumbers, numbersOf } from './found-numbers.ts';
import { type HeavyHitters, heavyHittersOf, type Sketch, sketchOf } from './heavy-hitters.ts';
import {
  type Estimate,
  meanOfCounts,
  meanOfLevels,
  meanOfValues,
  ranksOf,
  shareOfCounts,
  withNoise,
  z,
} from './intervals.ts';
import { distinctOf } from './linear-counting.ts';
import { numbersOfNgram } from './ngram-answer.ts';
import type { ArmQuery, OutcomesQuery, Query } from './query.ts';
import { bucketRows } from './text-digest.ts';
import { elementsOf, queryForm } from './vector.ts';

/** Bin of a histogram; null means no end on that side. */
export interface BinFigures {
  readonly from: number | null;
  readonly to: number | null;
  readonly count: number;
  /** Values of a device in the bin. */
  readonly perDevice: Estimate;
}

/** Quantile; null if it lies beyond the bins on that side, or if there are no values. */
export interface QuantileFigures {
  readonly quantile: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface ItemFigures {
  readonly item: string;
  readonly count: number;
  /** Occurrences on a device. */
  readonly perDevice: Estimate;
}

export interface OutcomeFigures {
  readonly outcome: string;
  readonly count: number;
  /** Share of the version's predictions. */
  readonly share: Estimate;
}

/** Outcomes of a version's predictions. */
export interface VersionFigures {
  readonly version: ModelHash;
  /** Devices that reported any. */
  readonly devices: number;
  /** Predictions whose outcome is known; null if fewer devices than the threshold reported any. */
  readonly predictions: number | null;
  /** Outcomes in the order of the query; empty if `predictions` is null. */
  readonly outcomes: readonly OutcomeFigures[];
}

/** Share of one outcome on the devices of an arm. */
export interface RateFigures {
  readonly outcome: string;
  /** Predictions that had it. */
  readonly count: number;
  /**
   * Share of a device's predictions, as the mean over devices: each counts once, however many predictions it
   * made.
   */
  readonly rate: Estimate;
  /** Sum of that share over the devices. */
  readonly sum: number;
  /** Sum of its square over the devices, rounded up for each of them. */
  readonly squares: number;
}

/** Standard deviation of the devices' noise in each number, in its unit; left out if there is none. */
interface Noised {
  readonly noise?: number;
}

/**
 * Result of a query. Intervals are about all devices, from which those that answered were drawn at random.
 * Noisy numbers are clipped to the range that answers can have.
 */
export type Figures =
  | (Noised & { readonly kind: 'count'; readonly count: number; readonly share: Estimate })
  /** Sum over the devices that answered; `low` and `high` cover rounding and 95 % of the noise. */
  | (Noised & { readonly kind: 'sum'; readonly sum: Estimate })
  | (Noised & { readonly kind: 'mean'; readonly mean: Estimate; readonly deviation: number })
  | (Noised & {
      readonly kind: 'histogram';
      readonly bins: readonly BinFigures[];
      readonly quantiles: readonly QuantileFigures[];
    })
  /** Sorted by frequency; `others` counts items that are not on the list. */
  | (Noised & { readonly kind: 'top'; readonly items: readonly ItemFigures[]; readonly others: number })
  /** Estimate for the devices that answered; `error` is its standard error. */
  | { readonly kind: 'distinct'; readonly distinct: Estimate; readonly error: number }
  | { readonly kind: 'outcomes'; readonly versions: readonly VersionFigures[] }
  /** Every device in the sum has served the version, and reported a prediction of it. */
  | {
      readonly kind: 'arm';
      readonly experiment: string;
      readonly version: ModelHash;
      /** Devices that answered. */
      readonly devices: number;
      readonly predictions: number;
      readonly outcomes: readonly RateFigures[];
    }
  /** `noise` is that in the mean of a metric, as a share of its range. */
  | (Noised & { readonly kind: 'evaluation'; readonly versions: readonly EvaluatedVersion[] })
  | Sketch
  | HeavyHitters
  | FoundNumbers
  | NgramSketch
  | FoundNgrams;

/**
 * Decodes the sum of the answers of `devices` devices, with noise of `variance` in each element. Throws
 * `update.impossible` if no answers of theirs have that sum, `config.invalid` if the query has too few
 * buckets for them.
 */
export function figuresOf(query: Query, sum: Int32Array, devices: number, variance = 0): Figures {
  requirePossible(query, sum, devices, variance > 0);
  const noise = Math.sqrt(variance);
  /** Noise of a number whose unit is `unit` elements. */
  const noised = (unit = 1): Noised => (noise > 0 ? { noise: noise * unit } : {});
  const counted = (element: number, largest: number) => {
    const count = Math.max(0, Math.min(element, devices * largest));
    return {
      count,
      perDevice: withNoise(meanOfCounts(count, devices, largest), noise / devices, 0, largest),
    };
  };
  switch (query.kind) {
    case 'count': {
      const { count, perDevice } = counted(sum[0]!, 1);
      return { kind: 'count', count, share: perDevice, ...noised() };
    }
    case 'sum': {
      const { least, most, levels } = query;
      const step = (most - least) / levels;
      const level = Math.max(0, Math.min(sum[0]!, devices * levels));
      const value = least * devices + step * level;
      const reach = (devices * step) / 2 + z * noise * step;
      return { kind: 'sum', sum: { value, low: value - reach, high: value + reach }, ...noised(step) };
    }
    case 'mean': {
      const step = (query.most - query.least) / query.levels;
      return {
        kind: 'mean',
        ...meanOfLevels(query, sum[0]!, sum[1]!, devices, noise),
        ...noised(step / devices),
      };
    }
    case 'histogram': {
      const bins = binsOf(query.bins);
      return {
        kind: 'histogram',
        bins: Array.from(sum, (element, i) => ({
          from: endOf(bins.from(i)),
          to: endOf(bins.to(i)),
          ...counted(element, query.values),
        })),
        quantiles: query.quantiles.map(quantile => quantileOf(quantile, bins, sum, devices, noise)),
        ...noised(),
      };
    }
    case 'top': {
      const items = query.items.map((item, i) => ({ item, ...counted(sum[i]!, query.values) }));
      return {
        kind: 'top',
        items: items.sort((a, b) => b.count - a.count),
        others: counted(sum.at(-1)!, query.values).count,
        ...noised(),
      };
    }
    case 'distinct':
      return { kind: 'distinct', ...distinctOf(query, sum) };
    case 'numbers':
      return numbersOf(sum, query.threshold);
    case 'ngrams':
      return ngramFigures(query, sum);
    case 'outcomes': {
      const length = elementsOf(query.outcomes.length);
      const versions = query.versions.map((version, at) =>
        versionFigures(query, version, sum.subarray(at * length, (at + 1) * length), devices),
      );
      return { kind: 'outcomes', versions };
    }
    case 'arm':
      return armFigures(query, sum, devices);
    case 'evaluation':
      if (noise === 0 && !isPossibleEvaluation(query, sum)) throw impossible(query.name, devices);
      return {
        kind: 'evaluation',
        versions: evaluatedVersions(query, sum, devices, noise),
        ...noised(1 / (query.levels * devices)),
      };
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

function armFigures(query: ArmQuery, sums: Int32Array, devices: number): Figures {
  const { name, arm, outcomes, levels, values } = query;
  const [counts, shares, squares] = [0, 1, 2].map(part =>
    sums.subarray(part * outcomes.length, (part + 1) * outcomes.length),
  ) as [Int32Array, Int32Array, Int32Array];
  const predictions = counts.reduce((sum, count) => sum + count, 0);
  // The shares of one device are integer steps, each rounded by at most half a step.
  const rounding = (devices * outcomes.length) / 2;
  const isPossible =
    arm !== undefined &&
    predictions <= values * devices &&
    shares.reduce((sum, share) => sum + share, 0) - levels * devices <= rounding &&
    shares.every((share, at) => {
      const square = squares[at]!;
      return square <= share && square * levels * devices >= share ** 2 && (counts[at] !== 0 || share === 0);
    });
  if (!isPossible) throw impossible(name, devices);
  return {
    kind: 'arm',
    experiment: arm.experiment,
    version: arm.version,
    devices,
    predictions,
    outcomes: outcomes.map((outcome, at) => {
      const [sum, square] = [shares[at]! / levels, squares[at]! / levels];
      const mean = sum / devices;
      // One device says nothing about how far others are from it.
      const variance = devices > 1 ? Math.max(0, square - mean * sum) / (devices - 1) : 1;
      const { value, low, high } = meanOfValues(mean, Math.sqrt(variance), devices);
      const rate = { value, low: Math.max(0, low), high: Math.min(1, high) };
      return { outcome, count: counts[at]!, rate, sum, squares: square };
    }),
  };
}

function quantileOf(
  quantile: number,
  bins: HistogramBins,
  sum: Int32Array,
  devices: number,
  noise: number,
): QuantileFigures {
  const total = sum.reduce((all, count) => all + count, 0);
  if (total <= 0) return { quantile, value: null, low: null, high: null };
  const [first, last] = ranksOf(quantile, devices);
  const [index, part] = placeOf(quantile * total, sum);
  // The cumulative sum up to a bin has the noise of all bins before it, and so has the total.
  const reach = z * noise * Math.sqrt(sum.length);
  return {
    quantile,
    value: endOf(bins.at(index, part)),
    low: endOf(bins.from(placeOf(first * total - reach, sum)[0])),
    high: endOf(bins.to(placeOf(last * total + reach, sum)[0])),
  };
}

/**
 * Bin in which the cumulative count reaches `rank`, and the part of the bin below; noise can make the count
 * of a bin negative.
 */
function placeOf(rank: number, sum: Int32Array): readonly [index: number, part: number] {
  let before = 0;
  let last = 0;
  for (const [index, count] of sum.entries()) {
    if (count > 0 && before + count >= rank)
      return [index, Math.max(0, Math.min(1, (rank - before) / count))];
    before += count;
    if (count > 0) last = index;
  }
  return [last, 1];
}

const endOf = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Maximum sum of all elements of one device. */
function mostInAll(query: Query): number {
  if (query.kind === 'heavy-hitters') return bucketRows * query.values;
  if (query.kind === 'ngrams') return numbersOfNgram(query) * query.values;
  if (query.kind === 'outcomes' || query.kind === 'arm') return Number.POSITIVE_INFINITY;
  return 'values' in query ? query.values : Number.POSITIVE_INFINITY;
}

function requirePossible(query: Query, sum: Int32Array, devices: number, isNoisy: boolean): void {
  const { elements, largest } = queryForm(query, devices);
  // Sums of a table wrap around; the reader of the table checks them. Noise has no bound.
  const wraps = isNoisy || (query.kind === 'heavy-hitters' && query.heavy !== undefined);
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
