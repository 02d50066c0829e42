/** Of parts that stand on one another, the first one lowest: where each ends. All columns are equally long; null stands for nothing. */
export function topsOf(columns: readonly (readonly (number | null)[])[]): number[][] {
  const tops: number[][] = [];
  for (const column of columns) {
    const below = tops.at(-1);
    tops.push(column.map((value, i) => (value ?? 0) + (below?.[i] ?? 0)));
  }
  return tops;
}
