import { pieces, rows } from './text-digest.ts';

/**
 * The table of the second round, an invertible Bloom look-up table (Goodrich and Mitzenmacher 2011) with a cell of its own for each heavy bucket of
 * the first row. Nearly all texts are alone there. Each is in a spare cell as well, of which there are fewer: what is read elsewhere is taken out of
 * them. A cell has a place for each piece of a text: how many entries are in it, and the sums of their values.
 */
export interface TextTable {
  /** Those of heavy buckets; spare ones follow. */
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
  /** A bit for each bucket of all rows. */
  readonly heavy: Uint8Array;
}

/**
 * Spare cells for so many cells of heavy buckets; the constant is for small tables. Where fewer devices than the threshold make a bucket heavy, more
 * rare texts stand in the way of others, and there are twice as many.
 */
export const spareFor = (own: number, heavyFrom: number | undefined): number =>
  Math.ceil(own / (heavyFrom === undefined ? 4 : 2)) + 16;

/** The table for texts of up to `bytes` bytes in buckets that are heavy. */
export function tableFor({ bytes, buckets, heavy, heavyFrom }: Asked): TextTable {
  const own = heavyIn(heavy, 0, buckets);
  const spare = spareFor(own, heavyFrom);
  const width = 1 + bytes / 2;
  return { own, spare, width, elements: (own + spare) * pieces * width };
}

/** The two cells of a text that falls into a bucket of each row; undefined where one of them is not heavy. */
export type CellsOf = (buckets: readonly number[]) => readonly [own: number, spare: number] | undefined;

/** Cells are numbered as heavy buckets follow each other: those of the second row over and over through the spare ones. */
export function cellsIn({ buckets, heavy }: Asked, { own, spare }: TextTable): CellsOf {
  const ranks = new Int32Array(rows * buckets).fill(-1);
  for (let row = 0; row < rows; row++)
    for (let bucket = row * buckets, rank = 0; bucket < (row + 1) * buckets; bucket++)
      if (isHeavy(heavy, bucket)) ranks[bucket] = rank++;
  return places => {
    const ranksOf = places.map((bucket, row) => ranks[row * buckets + bucket]!);
    return ranksOf.includes(-1) ? undefined : [ranksOf[0]!, own + (ranksOf[1]! % spare)];
  };
}

/** Whether a bucket is heavy, numbered through all rows. */
function isHeavy(heavy: Uint8Array, bucket: number): boolean {
  return ((heavy[bucket >> 3]! >> (bucket & 7)) & 1) === 1;
}

/** How many buckets of a row are heavy. */
export function heavyIn(heavy: Uint8Array, row: number, buckets: number): number {
  let count = 0;
  for (let bucket = row * buckets; bucket < (row + 1) * buckets; bucket++)
    if (isHeavy(heavy, bucket)) count += 1;
  return count;
}
