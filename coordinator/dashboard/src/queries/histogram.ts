import type { FiguresMessage } from '@murmuration/api/query';

export type Histogram = Extract<FiguresMessage, { readonly kind: 'histogram' }>;
export type Bin = Histogram['bins'][number];

/** Bins from the first to the last with a value; empty if there are no values. */
export function occupied(bins: readonly Bin[]): readonly Bin[] {
  const isOccupied = ({ count }: Bin) => count > 0;
  const first = bins.findIndex(isOccupied);
  return first < 0 ? [] : bins.slice(first, bins.findLastIndex(isOccupied) + 1);
}

/**
 * Position of a value among bins that are drawn equally wide, 0 to 1, so that the scale of logarithmic bins
 * is logarithmic. null if it is in no bin, or in one without an end.
 */
export function placeOf(value: number, bins: readonly Bin[]): number | null {
  const index = bins.findIndex(
    ({ from, to }) => from !== null && to !== null && value >= from && value <= to,
  );
  if (index < 0) return null;
  const { from, to } = bins[index]!;
  return (index + (value - from!) / (to! - from!)) / bins.length;
}

/** Labelled edge of bins. */
export interface Edge {
  /** Position, 0 to 1. */
  readonly place: number;
  readonly value: number;
}

/** Equally spaced edges of bins, at most `most + 1`. */
export function edgesOf(bins: readonly Bin[], most: number): Edge[] {
  const values = [bins[0]?.from ?? null, ...bins.map(({ to }) => to)];
  const step = Math.max(1, Math.ceil(bins.length / most));
  return values.flatMap((value, i) =>
    value === null || i % step > 0 ? [] : [{ place: i / bins.length, value }],
  );
}

/** Least round number that is at least `value`, above 0: 1, 2, 3, 4, 5, 6 or 8 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const tens = 10 ** Math.floor(Math.log10(value));
  return tens * ([1, 2, 3, 4, 5, 6, 8].find(times => times * tens >= value * (1 - 1e-9)) ?? 10);
}

/**
 * Line of each label at its place, 0 to 1 and ascending: the lowest line in which it is `gap` from the label
 * before.
 */
export function linesOf(places: readonly number[], gap: number): number[] {
  const ends: number[] = [];
  return places.map(place => {
    const free = ends.findIndex(end => place - end >= gap);
    const line = free < 0 ? ends.length : free;
    ends[line] = place;
    return line;
  });
}
