import { refuseInput } from '@murmuration/inference-client/tensors/tensor';

/** A table: names of columns, and rows of as many cells. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * Reads CSV (RFC 4180) whose first line names the columns; a cell that is a number is one, `true` and `false` are truth values. Throws
 * `inference.input`.
 */
export function readCsv(text: string): Table {
  const [columns, ...rows] = recordsOf(text);
  if (!columns) refuseInput('The CSV is empty; expected a line that names the columns.');
  for (const [index, row] of rows.entries())
    if (row.length !== columns.length)
      refuseInput(
        `Row ${index + 1} of the CSV has ${row.length} cells; there are ${columns.length} columns.`,
      );
  return { columns, rows: rows.map(row => row.map(cellOf)) };
}

function recordsOf(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const cell = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;
  let at = 0;
  while (at < text.length) {
    cell.lastIndex = at;
    // A cell may be empty, so that there always is one.
    const [whole = '', quoted, plain] = cell.exec(text) ?? [];
    record.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    at += whole.length;
    const end = /,|\r?\n|\r|$/y;
    end.lastIndex = at;
    const separator = end.exec(text);
    if (!separator) refuseInput('The CSV has a quotation mark, or something behind one, where none may be.');
    at += separator[0].length;
    if (separator[0] === ',') {
      if (at === text.length) record.push('');
      else continue;
    }
    records.push(record);
    record = [];
  }
  return records;
}

function cellOf(text: string): unknown {
  if (/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return Number(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}
