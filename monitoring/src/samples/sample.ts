import { sortNumbers } from './sort.ts';

/** A value that is one of few: a word, a number, a yes or no. */
export type Category = string | number | boolean;
/** A value as it arrives: null, undefined and NaN are missing. */
export type Cell = Category | null | undefined;
/** The values of one feature; arrays of numbers are read fastest. */
export type Column = Float64Array | Float32Array | Int32Array | Uint8Array | readonly Cell[];

/** Numbers of one feature. */
export interface NumberSample {
  readonly kind: 'numbers';
  /** Ascending, all finite. */
  readonly sorted: Float64Array;
  readonly size: number;
  readonly distinct: number;
}

/** How often each category of one feature was there. */
export interface CategorySample {
  readonly kind: 'categories';
  readonly counts: ReadonlyMap<Category, number>;
  readonly size: number;
  readonly distinct: number;
}

export type Sample = NumberSample | CategorySample;

/** A sample, and what was left out of it. */
export interface Read<S extends Sample> {
  readonly sample: S;
  /** Null, undefined and NaN. */
  readonly missing: number;
  /** Values that are no finite number in a column of numbers. */
  readonly unreadable: number;
}

/** Reads a column of numbers; text, truth values and infinities are unreadable. */
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

/** Reads a column of categories. */
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

/** `sorted`: ascending, all finite; it is kept, not copied. */
export function numberSample(sorted: Float64Array): NumberSample {
  let distinct = sorted.length > 0 ? 1 : 0;
  for (let at = 1; at < sorted.length; at++) if (sorted[at] !== sorted[at - 1]) distinct += 1;
  return { kind: 'numbers', sorted, size: sorted.length, distinct };
}

/** Counts below 1 are left out. */
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

/** The same sample by distinct values. */
export function asCategories(sample: Sample): CategorySample {
  if (sample.kind === 'categories') return sample;
  const counts = new Map<Category, number>();
  let since = 0;
  const { sorted } = sample;
  for (let at = 1; at <= sorted.length; at++) {
    if (at < sorted.length && sorted[at] === sorted[since]) continue;
    counts.set(sorted[since]!, at - since);
    since = at;
  }
  return categorySample(counts);
}

/** All categories of both samples: numbers by value, then truth values, then texts by code unit. */
export function categoriesOfBoth(reference: CategorySample, current: CategorySample): Category[] {
  return [...new Set([...reference.counts.keys(), ...current.counts.keys()])].sort(byOrder);
}

/** How many distinct values two samples have together. */
export function distinctOfBoth(reference: Sample, current: Sample): number {
  if (reference.kind === 'categories' || current.kind === 'categories')
    return categoriesOfBoth(asCategories(reference), asCategories(current)).length;
  let count = 0;
  walk(reference.sorted, current.sorted, () => {
    count += 1;
  });
  return count;
}

/** Calls `visit` for each distinct value of two ascending lists, with how many of each are not above it. */
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

const ranks: Readonly<Record<string, number>> = { number: 0, boolean: 1, string: 2 };

function byOrder(a: Category, b: Category): number {
  const rank = (ranks[typeof a] ?? 3) - (ranks[typeof b] ?? 3);
  if (rank !== 0) return rank;
  return a < b ? -1 : Number(a > b);
}
