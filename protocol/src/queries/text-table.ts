import { bucketRows, pieces } from './text-digest.ts';

/**
 * Table of the second round, an invertible Bloom lookup table (Goodrich and Mitzenmacher 2011). Each heavy
 * bucket of the first row has its own cell; nearly all texts have one to themselves. Each text is also in one
 * of the fewer spare cells, from which texts read elsewhere are subtracted. A cell has a place for each piece
 * of a text: the number of its entries, and the sums of their values.
 */
export interface TextTable {
  /** Cells of heavy buckets; the spare ones follow. */
  readonly own: number;
  readonly spare: number;
  /** Elements of a place. */
  readonly width: number;
  readonly elements: number;
}

interface Asked {
  readonly bytes: number;
  readonly buckets: number;
  readonly heavyFrom?: number;
  /** Bits, one for each bucket of all rows. */
  readonly heavy: Uint8Array;
}

/**
 * Number of spare cells for `own` cells of heavy buckets; the constant is for small tables. Doubles their
 * share if fewer devices than the threshold make a bucket heavy, since more rare texts then collide with
 * others.
 */
export const spareFor = (own: number, heavyFrom: number | undefined): number =>
  Math.ceil(own / (heavyFrom === undefined ? 4 : 2)) + 16;

/** Dimensions of the table for texts of up to `bytes` bytes in the heavy buckets. */
export function tableFor({ bytes, buckets, heavy, heavyFrom }: Asked): TextTable {
  const own = heavyIn(heavy, 0, buckets);
  const spare = spareFor(own, heavyFrom);
  const width = 1 + bytes / 2;
  return { own, spare, width, elements: (own + spare) * pieces * width };
}

/** Returns the two cells of a text from its bucket in each row; undefined if one of these is not heavy. */
export type CellsOf = (buckets: readonly number[]) => readonly [own: number, spare: number] | undefined;

/**
 * Numbers own cells by the order of heavy buckets in the first row; heavy buckets of the second row cycle
 * through the spare cells.
 */
export function cellsIn({ buckets, heavy }: Asked, { own, spare }: TextTable): CellsOf {
  const ranks = new Int32Array(bucketRows * buckets).fill(-1);
  for (let row = 0; row < bucketRows; row++)
    for (let bucket = row * buckets, rank = 0; bucket < (row + 1) * buckets; bucket++)
      if (isHeavy(heavy, bucket)) ranks[bucket] = rank++;
  return places => {
    const ranksOf = places.map((bucket, row) => ranks[row * buckets + bucket]!);
    return ranksOf.includes(-1) ? undefined : [ranksOf[0]!, own + (ranksOf[1]! % spare)];
  };
}

/** True if a bucket, numbered through all rows, is heavy. */
function isHeavy(heavy: Uint8Array, bucket: number): boolean {
  return ((heavy[bucket >> 3]! >> (bucket & 7)) & 1) === 1;
}

/** Number of heavy buckets in a row. */
export function heavyIn(heavy: Uint8Array, row: number, buckets: number): number {
  let count = 0;
  for (let bucket = row * buckets; bucket < (row + 1) * buckets; bucket++)
    if (isHeavy(heavy, bucket)) count += 1;
  return count;
}
