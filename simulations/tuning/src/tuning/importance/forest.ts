import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';

/** Kind of a feature: a number from 0 to 1, or the index of one of `classes` classes, from 0. */
export type Feature = { readonly kind: 'number' } | { readonly kind: 'class'; readonly classes: number };

/** Range of a leaf in one feature: an interval, or a flag per class. */
type Part = { readonly low: number; readonly high: number } | readonly boolean[];

/** Box of the space in which a tree gives one value. */
export interface Leaf {
  readonly parts: readonly Part[];
  readonly value: number;
}

/** Tree as its leaves, which fill the space. */
export type Tree = readonly Leaf[];

const trees = 64;
/** Minimum examples of a node to be split. */
const minSplitExamples = 4;
/** Share of the features that a node considers, as in Hutter et al. 2014. */
const featureShare = 5 / 6;

interface Split {
  readonly feature: number;
  readonly left: Part;
  readonly right: Part;
}

/**
 * Grows a random forest for regression (Breiman 2001): trees on bootstrap samples, where each split is the
 * best over a random 5/6 of the features.
 */
export function growForest(
  features: readonly Feature[],
  rows: readonly (readonly number[])[],
  values: readonly number[],
  seed: number,
): Tree[] {
  const uniform = seededUniform(seed);
  const whole = features.map((feature): Part => {
    if (feature.kind === 'number') return { low: 0, high: 1 };
    return Array.from({ length: feature.classes }, () => true);
  });
  return Array.from({ length: trees }, () => {
    const sample = Array.from(rows, () => Math.floor(uniform() * rows.length));
    return grow(whole, sample);
  });

  function grow(parts: readonly Part[], sample: readonly number[]): Leaf[] {
    const split = sample.length < minSplitExamples ? undefined : bestSplit(parts, sample);
    if (!split) return [{ parts, value: meanOf(sample.map(row => values[row]!)) }];
    const { feature, left, right } = split;
    return [left, right].flatMap(part =>
      grow(
        parts.with(feature, part),
        sample.filter(row => isIn(part, rows[row]![feature]!)),
      ),
    );
  }

  function bestSplit(parts: readonly Part[], sample: readonly number[]): Split | undefined {
    const order = shuffle(
      Uint32Array.from(features, (_, i) => i),
      uniform,
    );
    const drawn = order.subarray(0, Math.max(1, Math.ceil(featureShare * features.length)));
    let best: Split | undefined;
    let least = spread(sample.map(row => values[row]!)) - 1e-12;
    for (const feature of drawn) {
      for (const [left, right] of splitsOf(parts[feature]!, feature, sample)) {
        const [one, other]: [number[], number[]] = [[], []];
        for (const row of sample) (isIn(left, rows[row]![feature]!) ? one : other).push(values[row]!);
        if (one.length === 0 || other.length === 0) continue;
        const both = spread(one) + spread(other);
        if (both < least) [least, best] = [both, { feature, left, right }];
      }
    }
    return best;
  }

  /**
   * Returns the candidate splits: between two neighbours of the sample; for classes, in the order of their
   * means, which includes the best split of a regression (Breiman et al. 1984).
   */
  function splitsOf(part: Part, feature: number, sample: readonly number[]): [Part, Part][] {
    const here = sample.map(row => rows[row]![feature]!);
    const different = [...new Set(here)].sort((one, other) => one - other);
    if ('low' in part)
      return different.slice(1).map((value, i) => {
        const at = (value + different[i]!) / 2;
        return [
          { low: part.low, high: at },
          { low: at, high: part.high },
        ];
      });
    const meanOfClass = new Map(
      different.map(value => [
        value,
        meanOf(sample.filter((_, i) => here[i] === value).map(row => values[row]!)),
      ]),
    );
    const order = different.toSorted((one, other) => meanOfClass.get(one)! - meanOfClass.get(other)!);
    return order.slice(1).map((_, i) => {
      const first = new Set(order.slice(0, i + 1));
      return [
        part.map((has, value) => has && first.has(value)),
        part.map((has, value) => has && !first.has(value)),
      ];
    });
  }
}

/** True if a value of a feature is in a part of it. */
export function isIn(part: Part, value: number): boolean {
  if (!('low' in part)) return part[value]!;
  return value < part.high ? value >= part.low : part.high === 1 && value <= 1 && value >= part.low;
}

/** Returns the size of a part as a share of the feature's range. */
export function sizeOf(part: Part): number {
  return 'low' in part ? part.high - part.low : part.filter(Boolean).length / part.length;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Returns the sum of squared distances from the mean. */
function spread(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
