/** Rows that a route gives at a time. */
const pageLength = 200;

/** Which part of a list is meant that is numbered, the newest first. */
export interface Range {
  /** Rows at most. */
  readonly limit: number;
  /** Only rows with a number below this one. */
  readonly before?: number | undefined;
}

/** Rows of a numbered list; `read` asks for a page by its query. */
export async function pagesBelow<Row extends { readonly number: number }>(
  { limit, before }: Range,
  read: (query: string) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const all: Row[] = [];
  for (let below = before; all.length < limit; below = all.at(-1)!.number) {
    const wanted = Math.min(pageLength, limit - all.length);
    const rows = await read(`limit=${wanted}${below === undefined ? '' : `&before=${below}`}`);
    all.push(...rows);
    if (rows.length < wanted) break;
  }
  return all;
}

/** Rows of a list whose pages each name the place at which the next one begins, at most so many. */
export async function pagesAfter<Row>(
  limit: number,
  read: (query: string) => Promise<readonly [rows: readonly Row[], next: string | null]>,
): Promise<Row[]> {
  const all: Row[] = [];
  let after = '';
  while (all.length < limit) {
    const [rows, next] = await read(`limit=${Math.min(pageLength, limit - all.length)}${after}`);
    all.push(...rows);
    if (next === null) break;
    after = `&after=${next}`;
  }
  return all;
}
