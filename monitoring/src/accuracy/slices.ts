import { type AccuracySums, addAccuracy } from './accuracy-sums.ts';

/** Whose predictions are counted together. */
export interface SliceKey {
  readonly model: string;
  readonly version: string;
  /** Arm of an experiment. */
  readonly variant?: string;
  /** Of requests, such as a country. */
  readonly slice?: string;
}

export interface Slice extends SliceKey {
  readonly sums: AccuracySums;
}

/** Adds up what places counted, by version, variant and slice, in any order. The order of the answer is that of the keys. */
export function addSlices(...places: readonly (readonly Slice[])[]): Slice[] {
  const byKey = new Map<string, Slice>();
  for (const slice of places.flat()) {
    const key = JSON.stringify([slice.model, slice.version, slice.variant ?? null, slice.slice ?? null]);
    const before = byKey.get(key);
    byKey.set(key, before ? { ...slice, sums: addAccuracy(before.sums, slice.sums) } : slice);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : Number(a > b))).map(([, slice]) => slice);
}
