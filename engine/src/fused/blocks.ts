/**
 * First row and number of rows of each block of at most `most` rows. There is at least one block, which may
 * be empty.
 */
export function* blocksOf(rows: number, most: number): Generator<readonly [first: number, count: number]> {
  let first = 0;
  do {
    yield [first, Math.min(most, rows - first)];
    first += most;
  } while (first < rows);
}
