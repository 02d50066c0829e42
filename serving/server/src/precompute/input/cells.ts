import { type Datatype, kinds, type NumericDatatype } from '@murmuration/inference-client/tensors/datatype';
import { dataFromJson } from '@murmuration/inference-client/tensors/json-data';
import { parseJson } from '@murmuration/inference-client/tensors/lossless-json';
import { refuseInput } from '@murmuration/inference-client/tensors/tensor';
import { shortDecimal } from './decimal.ts';

const encoder = new TextEncoder();
/** Maximum values of one row, as `parseJson` counts them. */
const maxCellValues = 2 ** 25;
/** Maximum characters of a cell in an error message. */
const maxShownCharacters = 60;

/** Returns the number in a cell, text or not; NaN if there is none. */
export function numberOfCell(cell: unknown): number {
  if (typeof cell === 'number') return cell;
  if (typeof cell !== 'string') return typeof cell === 'bigint' ? Number(cell) : Number.NaN;
  const short = shortDecimal(cell);
  if (!Number.isNaN(short)) return short;
  // `Number` accepts hexadecimal, octal and binary, which have a letter second.
  const second = cell.charCodeAt(1) | 32;
  if (second === 120 || second === 111 || second === 98) return Number.NaN;
  const number = Number(cell);
  return number === 0 && cell.trim() === '' ? Number.NaN : number;
}

/**
 * Returns the elements of one row of an input, one per cell. Throws `inference.input` for a cell that doesn't
 * fit the datatype.
 */
export function numbersOfCells(
  name: string,
  datatype: NumericDatatype,
  cells: readonly unknown[],
): ReturnType<(typeof kinds)[NumericDatatype]['make']> {
  const values = cells.map(cell => valueOfCell(name, datatype, cell));
  return (
    values.length === 0 ? kinds[datatype].make(0) : dataFromJson(name, datatype, values.length, values)
  ) as ReturnType<(typeof kinds)[NumericDatatype]['make']>;
}

/** Returns the value of a cell, which may be text, in the form that `dataFromJson` reads. */
function valueOfCell(name: string, datatype: Datatype, cell: unknown): unknown {
  const isWide = datatype === 'INT64' || datatype === 'UINT64';
  if (typeof cell === 'bigint') return isWide ? cell : Number(cell);
  if (typeof cell !== 'string') return cell;
  const text = cell.trim();
  if (datatype === 'BOOL' && /^(?:true|t|false|f)$/i.test(text)) return /^t/i.test(text);
  if (isWide && /^-?\d{1,20}$/.test(text)) return BigInt(text);
  const number = numberOfCell(cell);
  if (Number.isNaN(number)) refuseCell(name, cell);
  return number;
}

/** Parses JSON; integers that a number would round become bigints. Throws `inference.input`. */
export function jsonValue(text: string): unknown {
  return parseJson(text, { wide: true, notFinite: false, most: maxCellValues });
}

/** Returns the bytes of a cell of text or bytes. Throws `inference.input`. */
export function bytesOfCell(name: string, cell: unknown): Uint8Array {
  if (typeof cell === 'string') return encoder.encode(cell);
  if (cell instanceof Uint8Array) return cell;
  if (typeof cell === 'object' && cell !== null && 'b64' in cell && typeof cell.b64 === 'string')
    return Buffer.from(cell.b64, 'base64');
  return refuseCell(name, cell);
}

/** Returns the list in a cell, as an array or as JSON. Throws `inference.input`. */
export function listOfCell(name: string, cell: unknown): readonly unknown[] {
  if (Array.isArray(cell)) return cell;
  if (ArrayBuffer.isView(cell) && !(cell instanceof DataView))
    return Array.from(cell as unknown as ArrayLike<number>);
  if (typeof cell === 'string' && cell.trimStart().startsWith('[')) {
    try {
      return jsonValue(cell) as readonly unknown[];
    } catch {
      refuseInput(`"${name}" is no list: ${shownCell(cell)}.`);
    }
  }
  return refuseInput(`"${name}" is ${shownCell(cell)}; expected a list.`);
}

export function refuseCell(name: string, cell: unknown): never {
  return refuseInput(`"${name}" holds ${shownCell(cell)}, which the model does not take.`);
}

function shownCell(cell: unknown): string {
  if (cell === undefined || cell === null || cell === '') return 'nothing';
  let text: string;
  try {
    text = typeof cell === 'bigint' ? String(cell) : (JSON.stringify(cell) ?? String(cell));
  } catch {
    text = String(cell);
  }
  return text.length > maxShownCharacters ? `${text.slice(0, maxShownCharacters)}…` : text;
}
