/** Upper ends of stacked columns, the first one lowest. All columns are equally long; null counts as 0. */
export function topsOf(columns: readonly (readonly (number | null)[])[]): number[][] {
  const tops: number[][] = [];
  for (const column of columns) {
    const below = tops.at(-1);
    tops.push(column.map((value, i) => (value ?? 0) + (below?.[i] ?? 0)));
  }
  return tops;
}
