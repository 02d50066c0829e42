import { refuseInput } from '@murmuration/inference-client/tensors/tensor';

/** Table of named columns; each row has one cell per column. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Weights of a row and a text cell, as of lists and texts in JSON. */
const weights = { row: 8, text: 4 };
const number = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Maximum characters of a number: a regular expression on a long text may overflow the stack. */
const longestNumber = 1_000;
const [quote, comma, lineFeed, carriageReturn, byteOrderMark] = [34, 44, 10, 13, 0xfeff];

/**
 * Reads CSV (RFC 4180) whose first line names the columns. Numeric cells become numbers, `true` and `false`
 * booleans; empty lines are skipped. Throws `inference.input`, also for more than `most` cells, with a text
 * counting as 4 and a row as 8.
 */
export function readCsv(text: string, most: number): Table {
  const rows: unknown[][] = [];
  let columns: readonly string[] | undefined;
  let left = most;
  const count = (cells: number) => {
    left -= cells;
    if (left < 0)
      refuseInput(
        `The CSV has more than ${most} cells, where a text counts as ${weights.text} and a row as ${weights.row}.`,
      );
  };
  const keep = (record: readonly unknown[]) => {
    count(weights.row);
    if (!columns) columns = record.map(String);
    else if (record.length === columns.length) rows.push(record.slice());
    else
      refuseInput(
        `Row ${rows.length + 1} of the CSV has ${record.length} cells; there are ${columns.length} columns.`,
      );
  };
  let record: unknown[] = [];
  for (let at = text.charCodeAt(0) === byteOrderMark ? 1 : 0; at < text.length; ) {
    const start = at;
    const isQuoted = text.charCodeAt(at) === quote;
    at = isQuoted ? endOfQuoted(text, at) : endOfPlain(text, at);
    const cell = isQuoted ? text.slice(start + 1, at - 1).replaceAll('""', '"') : text.slice(start, at);
    const value = columns ? cellOf(cell) : cell;
    const end = text.charCodeAt(at);
    const isLast = end !== comma;
    if (isLast && at < text.length && end !== lineFeed && end !== carriageReturn)
      refuseInput('The CSV has a quotation mark, or something behind one, where none may be.');
    at += end === carriageReturn && text.charCodeAt(at + 1) === lineFeed ? 2 : 1;
    if (isLast && record.length === 0 && cell === '' && !isQuoted) continue;
    count(typeof value === 'string' ? weights.text : 1);
    record.push(value);
    if (!isLast) continue;
    keep(record);
    record = [];
  }
  // The text ends with a comma.
  if (record.length > 0) keep([...record, '']);
  if (!columns) refuseInput('The CSV is empty; expected a line that names the columns.');
  return { columns, rows };
}

/** Returns the index behind the quotation mark that closes the cell beginning at `start`. */
function endOfQuoted(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at >= 0 && text.charCodeAt(at + 1) === quote) at = text.indexOf('"', at + 2);
  return at < 0 ? refuseInput('The CSV has a quotation mark that is not closed.') : at + 1;
}

function endOfPlain(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const found = text.charCodeAt(at);
    if (found === comma || found === lineFeed || found === carriageReturn || found === quote) return at;
  }
  return text.length;
}

function cellOf(cell: string): unknown {
  if (cell.length <= longestNumber && number.test(cell)) return Number(cell);
  return cell === 'true' || cell === 'false' ? cell === 'true' : cell;
}
