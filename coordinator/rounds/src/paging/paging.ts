/** A place in a list that is ordered by time, newest first; ids tell those of one time apart. */
export interface Place {
  /** ms since 1970. */
  readonly time: number;
  readonly id: string;
}

/** Which part of a list is asked for. */
export interface Page {
  /** What comes after this place; the beginning of the list where it is undefined. */
  readonly after: Place | undefined;
  /** At most so many. */
  readonly limit: number;
}

/** The part of `rows` that a page asks for. */
export function pageOf<Row>(
  rows: Iterable<Row>,
  { after, limit }: Page,
  placeOf: (row: Row) => Place,
): readonly Row[] {
  return [...rows]
    .filter(row => after === undefined || newestFirst(placeOf(row), after) > 0)
    .sort((a, b) => newestFirst(placeOf(a), placeOf(b)))
    .slice(0, limit);
}

function newestFirst(a: Place, b: Place): number {
  if (a.time !== b.time) return b.time - a.time;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
