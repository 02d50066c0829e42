/** Formats a table with aligned columns. */
export function aligned(table: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of table)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return table
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
