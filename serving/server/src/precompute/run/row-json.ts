import { valuesToJson } from '@murmuration/inference-client/tensors/json-data';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { nestedJson } from '../../tensors/nested-json.ts';
import { joinedData, rowWidth, slicedData, someRows } from '../../tensors/row-slices.ts';

/** JSON of a row, or the reason why it has none. */
export type RowJson = string | { readonly reason: string };

/**
 * Returns each row of the tensors as JSON: nested values for a single tensor; for several, an object with the
 * values by name. A row with NaN, an infinity, or bytes that are not text has no JSON.
 */
export function rowsJson(tensors: readonly Tensor[], rows: number, always = false): readonly RowJson[] {
  const [only] = tensors;
  if (tensors.length === 1 && only && !always) return tensorRows(only, rows);
  const each = tensors.map(tensor => ({ name: JSON.stringify(tensor.name), rows: tensorRows(tensor, rows) }));
  return Array.from({ length: rows }, (_, row): RowJson => {
    const parts: string[] = [];
    for (const { name, rows: own } of each) {
      const json = own[row] as RowJson;
      if (typeof json !== 'string') return json;
      parts.push(`${name}:${json}`);
    }
    return `{${parts.join(',')}}`;
  });
}

function tensorRows(tensor: Tensor, rows: number): readonly RowJson[] {
  const { name, datatype, shape, data } = tensor;
  const inner = shape.slice(1);
  const width = rowWidth(shape);
  let texts: readonly string[];
  try {
    texts = valuesToJson(name, datatype, data);
  } catch (error) {
    if (!(error instanceof MurmurationError)) throw error;
    // Some row is at fault, so each is tried on its own.
    if (rows === 1)
      return [{ reason: `"${name}" holds what JSON can't write: NaN, an infinity, or no text.` }];
    return Array.from({ length: rows }, (_, row) => tensorRows(someRows(tensor, row, 1), 1)[0] as RowJson);
  }
  if (inner.length === 0) return texts;
  if (inner.length === 1) {
    const all: string[] = new Array(rows);
    for (let row = 0; row < rows; row++)
      all[row] = `[${texts.slice(row * width, (row + 1) * width).join(',')}]`;
    return all;
  }
  return Array.from({ length: rows }, (_, row) =>
    nestedJson(texts.slice(row * width, (row + 1) * width), inner),
  );
}

/** Returns the rows of tensors that `picked` names, in its order. */
export function pickedRows(tensors: readonly Tensor[], picked: readonly number[]): readonly Tensor[] {
  return tensors.map(({ name, datatype, shape, data }) => {
    const width = rowWidth(shape);
    const parts = picked.map(row => slicedData(data, row * width, (row + 1) * width));
    return { name, datatype, shape: [picked.length, ...shape.slice(1)], data: joinedData(parts, datatype) };
  });
}
