/** Maximum number of rows that a route returns at a time. */
const pageRows = 200;

/** Range of a numbered list, newest first. */
export interface Range {
  /** Maximum number of rows. */
  readonly limit: number;
  /** Upper limit of the rows' numbers, exclusive. */
  readonly before?: number | undefined;
}

/** Reads rows of a numbered list; `read` requests a page by its query. */
export async function pagesBelow<Row extends { readonly number: number }>(
  { limit, before }: Range,
  read: (query: string) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const all: Row[] = [];
  for (let below = before; all.length < limit; below = all.at(-1)!.number) {
    const wanted = Math.min(pageRows, limit - all.length);
    const rows = await read(`limit=${wanted}${below === undefined ? '' : `&before=${below}`}`);
    all.push(...rows);
    if (rows.length < wanted) break;
  }
  return all;
}

/** Reads at most `limit` rows of a list whose pages each name the position of the next one. */
export async function pagesAfter<Row>(
  limit: number,
  read: (query: string) => Promise<readonly [rows: readonly Row[], next: string | null]>,
): Promise<Row[]> {
  const all: Row[] = [];
  let after = '';
  while (all.length < limit) {
    const [rows, next] = await read(`limit=${Math.min(pageRows, limit - all.length)}${after}`);
    all.push(...rows);
    if (next === null) break;
    after = `&after=${next}`;
  }
  return all;
}
