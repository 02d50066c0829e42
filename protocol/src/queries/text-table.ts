import { type Hash, tagParts } from './text-digest.ts';

/** Parts of the table; an entry has a cell in each. */
export const parts = 4;

/**
 * An invertible Bloom look-up table (Goodrich and Mitzenmacher 2011) whose entries are pieces of texts. A cell has how many entries are in it, and
 * the sums of their checks, tags and values.
 */
export interface TextTable {
  /** Of each part. */
  readonly cells: number;
  /** Elements of a cell. */
  readonly width: number;
  readonly elements: number;
}

/** The table that has room for so many texts, which have up to `bytes` bytes. */
export function tableFor({ texts, bytes }: { readonly texts: number; readonly bytes: number }): TextTable {
  // With four pieces of each text, 0.71 entries a cell: well below the 0.772 up to which peeling four parts succeeds (Molloy 2005); the rest is for small tables.
  const cells = Math.ceil((7 * texts) / 5) + 16;
  const width = 2 + tagParts + bytes / 2;
  return { cells, width, elements: parts * cells * width };
}

/** Where an entry stands, and the 16 bits by which it is known that nothing else is in a cell. */
export interface Place {
  /** Numbers of cells, of all parts. */
  readonly cells: readonly number[];
  readonly check: number;
}

/** The place of a piece of a text with a tag. */
export function placeOf(tag: readonly number[], piece: number, { cells }: TextTable, hash: Hash): Place {
  const digest = hash(Uint8Array.of(...tag.flatMap(part => [part & 255, part >> 8]), piece));
  const view = new DataView(digest.buffer, digest.byteOffset);
  return {
    cells: Array.from(
      { length: parts },
      (_, part) => part * cells + (view.getUint32(4 * part, true) % cells),
    ),
    check: view.getUint16(4 * parts, true),
  };
}
