export type CsvCell = string | number | boolean | null;

/**
 * Formats rows as in RFC 4180, with a line break after each. A text that a spreadsheet would take for a
 * formula gets an apostrophe in front.
 */
export function csv(rows: readonly (readonly CsvCell[])[]): string {
  return rows.map(row => `${row.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(cell: CsvCell): string {
  if (cell === null) return '';
  const text = typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
