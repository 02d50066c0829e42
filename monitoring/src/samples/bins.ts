import {
  asCategories,
  type CategorySample,
  categoriesOfBoth,
  distinctOfBoth,
  type Sample,
} from './sample.ts';

/** Most distinct numbers of a reference that are compared by value; more are put into bins. */
const maxDistinctValues = 20;

/** Shares of both samples in the same bins, which add up to 1 each. */
export interface BinShares {
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/**
 * Returns the shares of two samples that are not empty: numbers with many distinct values in bins of equal
 * width, by Sturges's rule over both; others by value. `filled` gives empty bins a share that is small
 * beside all others, which measures with ratios need.
 */
export function sharesOf(reference: Sample, current: Sample, filled: boolean): BinShares {
  const counts = countsOf(reference, current);
  const shares = {
    reference: counts.reference.map(count => count / reference.size),
    current: counts.current.map(count => count / current.size),
  };
  if (!filled) return shares;
  return { reference: fill(shares.reference), current: fill(shares.current) };
}

/**
 * Returns the shares of numbers in bins of equal width, by Sturges's rule over their distinct values; of
 * categories by category.
 */
export function sharesByDistinct(reference: Sample, current: Sample): BinShares {
  if (reference.kind !== 'numbers' || current.kind !== 'numbers') return sharesOf(reference, current, false);
  const edges = sturges(reference.sorted, current.sorted, distinctOfBoth(reference, current));
  return {
    reference: countIn(reference.sorted, edges).map(count => count / reference.size),
    current: countIn(current.sorted, edges).map(count => count / current.size),
  };
}

function countsOf(reference: Sample, current: Sample): BinShares {
  if (reference.kind === 'numbers' && current.kind === 'numbers' && reference.distinct > maxDistinctValues) {
    const edges = sturges(reference.sorted, current.sorted);
    return { reference: countIn(reference.sorted, edges), current: countIn(current.sorted, edges) };
  }
  return countCategories(asCategories(reference), asCategories(current));
}

/** Counts each category of both samples, in the same order. */
export function countCategories(reference: CategorySample, current: CategorySample): BinShares {
  const categories = categoriesOfBoth(reference, current);
  return {
    reference: Float64Array.from(categories, category => reference.counts.get(category) ?? 0),
    current: Float64Array.from(categories, category => current.counts.get(category) ?? 0),
  };
}

/**
 * Returns the edges of bins of equal width over two ascending lists, by the number of values (Sturges 1926).
 */
export function sturges(
  reference: Float64Array,
  current: Float64Array,
  values = reference.length + current.length,
): Float64Array {
  const low = Math.min(reference[0] ?? Infinity, current[0] ?? Infinity);
  const high = Math.max(reference.at(-1) ?? -Infinity, current.at(-1) ?? -Infinity);
  const range = high - low;
  const width = range / (Math.log2(values) + 1);
  const bins = width > 0 ? Math.ceil(range / width) : 1;
  const step = range / bins;
  return Float64Array.from({ length: bins + 1 }, (_, at) => (at === bins ? high : low + at * step));
}

/** Counts an ascending list by bin; a bin includes its lower edge, and the last one also its upper edge. */
export function countIn(sorted: Float64Array, edges: Float64Array): Float64Array {
  const counts = new Float64Array(edges.length - 1);
  let before = countBelow(sorted, edges[0]!);
  for (let bin = 0; bin < counts.length; bin++) {
    const upper = edges[bin + 1]!;
    const upTo = bin === counts.length - 1 ? countUpTo(sorted, upper) : countBelow(sorted, upper);
    counts[bin] = upTo - before;
    before = upTo;
  }
  return counts;
}

function countBelow(sorted: Float64Array, value: number): number {
  return search(sorted, each => each < value);
}

function countUpTo(sorted: Float64Array, value: number): number {
  return search(sorted, each => each <= value);
}

/** Returns how many values at the start satisfy `holds`, by bisection; none after them may satisfy it. */
function search(sorted: Float64Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function fill(shares: Float64Array): Float64Array {
  let least = 1;
  for (const share of shares) if (share > 0 && share < least) least = share;
  const small = least <= 0.0001 ? least / 1e6 : 0.0001;
  return shares.map(share => (share === 0 ? small : share));
}
