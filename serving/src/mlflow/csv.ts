import { refuseInput } from '@murmuration/inference-client/tensors/tensor';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';

/** A table: names of columns, and rows of as many cells. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** What a row and a cell of text count as, as lists and texts of JSON do. */
const weights = { row: 8, text: 4 };
/** Bytes of a row: a quotation mark that nobody closes would take the rest of the body. */
const longestRow = 16 << 20;
const number = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Reads CSV (RFC 4180) whose first line names the columns; a cell that is a number is one, `true` and `false` are truth values, and lines with
 * nothing on them are none. Throws `inference.input`, also where there are more than `most` cells: a row counts as 8, a text as 4.
 */
export function readCsv(body: Buffer, most: number): Table {
  const rows: unknown[][] = [];
  let columns: readonly string[] | undefined;
  let left = most;
  try {
    parse(body, {
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      max_record_size: longestRow,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record(record: string[]) {
        left -= weights.row + record.length * (columns ? 1 : weights.text);
        if (!columns) columns = record;
        else {
          if (record.length !== columns.length)
            refuseInput(
              `Row ${rows.length + 1} of the CSV has ${record.length} cells; there are ${columns.length} columns.`,
            );
          const row = record.map(cellOf);
          for (const cell of row) if (typeof cell === 'string') left -= weights.text - 1;
          rows.push(row);
        }
        if (left < 0)
          refuseInput(
            `The CSV has more than ${most} cells, where a row counts as ${weights.row} and a text as ${weights.text}.`,
          );
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    refuseInput(
      error.code === 'CSV_MAX_RECORD_SIZE'
        ? `A row of the CSV has more than ${longestRow} bytes; is a quotation mark not closed?`
        : 'The CSV has a quotation mark, or something behind one, where none may be.',
    );
  }
  if (!columns) refuseInput('The CSV is empty; expected a line that names the columns.');
  return { columns, rows };
}

function cellOf(text: string): unknown {
  if (number.test(text)) return Number(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}
