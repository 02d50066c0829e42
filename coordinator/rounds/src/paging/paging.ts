/** Position in a list ordered by time, newest first, then by id. */
export interface Place {
  /** ms since 1970. */
  readonly time: number;
  readonly id: string;
}

/** Section of a list. */
export interface Page {
  /** Place after which the page begins; undefined for the start of the list. */
  readonly after: Place | undefined;
  /** Most rows of the page. */
  readonly limit: number;
}

/** Returns the rows of a page. */
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
