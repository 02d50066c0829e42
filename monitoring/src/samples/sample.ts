import { sortNumbers } from './sort.ts';

/** Categorical value: a word, a number, or a boolean. */
export type Category = string | number | boolean;
/** Input value: null, undefined and NaN are missing. */
export type Cell = Category | null | undefined;
/** Values of one feature; typed arrays are read fastest. */
export type Column = Float64Array | Float32Array | Int32Array | Uint8Array | readonly Cell[];

/** Numbers of one feature. */
export interface NumberSample {
  readonly kind: 'numbers';
  /** Values in ascending order, all finite. */
  readonly sorted: Float64Array;
  readonly size: number;
  readonly distinct: number;
}

/** Counts of one feature's categories. */
export interface CategorySample {
  readonly kind: 'categories';
  readonly counts: ReadonlyMap<Category, number>;
  readonly size: number;
  readonly distinct: number;
}

export type Sample = NumberSample | CategorySample;

/** Sample, with counts of the values left out. */
export interface Read<S extends Sample> {
  readonly sample: S;
  /** Number of null, undefined and NaN values. */
  readonly missing: number;
  /** Values in a column of numbers that are not finite numbers. */
  readonly unreadable: number;
}

/** Reads a column of numbers; texts, booleans and infinities are unreadable. */
export function readNumbers(column: Column): Read<NumberSample> {
  const values = new Float64Array(column.length);
  let size = 0;
  let missing = 0;
  for (let at = 0; at < column.length; at++) {
    const cell = column[at];
    if (typeof cell === 'number' && Number.isFinite(cell)) values[size++] = cell;
    else if (isMissing(cell)) missing += 1;
  }
  const sorted = sortNumbers(size === values.length ? values : values.slice(0, size));
  return { sample: numberSample(sorted), missing, unreadable: column.length - size - missing };
}

export function readCategories(column: Column): Read<CategorySample> {
  const counts = new Map<Category, number>();
  let missing = 0;
  for (let at = 0; at < column.length; at++) {
    const cell = column[at];
    if (isMissing(cell)) missing += 1;
    else counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return { sample: categorySample(counts), missing, unreadable: 0 };
}

/** Makes a sample of `sorted`: ascending, all finite; it is kept, not copied. */
export function numberSample(sorted: Float64Array): NumberSample {
  let distinct = sorted.length > 0 ? 1 : 0;
  for (let at = 1; at < sorted.length; at++) if (sorted[at] !== sorted[at - 1]) distinct += 1;
  return { kind: 'numbers', sorted, size: sorted.length, distinct };
}

/** Makes a sample of counts, without those of 0 or less. */
export function categorySample(counts: Iterable<readonly [Category, number]>): CategorySample {
  const kept = new Map<Category, number>();
  let size = 0;
  for (const [category, count] of counts) {
    if (count <= 0) continue;
    kept.set(category, count);
    size += count;
  }
  return { kind: 'categories', counts: kept, size, distinct: kept.size };
}

/** Returns the sample with counts by distinct value. */
export function asCategories(sample: Sample): CategorySample {
  return sample.kind === 'categories' ? sample : readCategories(sample.sorted).sample;
}

/** Returns all categories of both samples: numbers by value, then booleans, then texts by code unit. */
export function categoriesOfBoth(reference: CategorySample, current: CategorySample): Category[] {
  return [...new Set([...reference.counts.keys(), ...current.counts.keys()])].sort(byOrder);
}

/** Returns the number of distinct values that two samples have together. */
export function distinctOfBoth(reference: Sample, current: Sample): number {
  if (reference.kind === 'categories' || current.kind === 'categories')
    return categoriesOfBoth(asCategories(reference), asCategories(current)).length;
  let count = 0;
  walk(reference.sorted, current.sorted, () => {
    count += 1;
  });
  return count;
}

/**
 * Calls `visit` for each distinct value of two ascending lists, with the number of values in each that are
 * not above it.
 */
export function walk(
  reference: Float64Array,
  current: Float64Array,
  visit: (value: number, below: number, belowCurrent: number) => void,
): void {
  let i = 0;
  let j = 0;
  while (i < reference.length || j < current.length) {
    const value = Math.min(reference[i] ?? Infinity, current[j] ?? Infinity);
    while (i < reference.length && reference[i] === value) i += 1;
    while (j < current.length && current[j] === value) j += 1;
    visit(value, i, j);
  }
}

function isMissing(cell: Cell): cell is null | undefined {
  return cell === null || cell === undefined || Number.isNaN(cell);
}

const kinds: readonly string[] = ['number', 'boolean', 'string'];

/** Orders two categories that differ. */
function byOrder(a: Category, b: Category): number {
  return kinds.indexOf(typeof a) - kinds.indexOf(typeof b) || (a < b ? -1 : 1);
}
