import type { Datatype, TensorData } from '@murmuration/inference-client/tensors/datatype';
import { kinds } from '@murmuration/inference-client/tensors/datatype';
import { dataFromJson } from '@murmuration/inference-client/tensors/json-data';
import {
  elementsOf,
  refuseInput,
  type Tensor,
  type TensorSpec,
} from '@murmuration/inference-client/tensors/tensor';

const encoder = new TextEncoder();

/**
 * A tensor from nested lists, from which its shape follows. `{"b64": …}` stands for bytes. Throws `inference.input` for lists that are uneven,
 * and for values that the datatype of `spec` does not have.
 */
export function tensorFromNested({ name, datatype }: TensorSpec, value: unknown, most: number): Tensor {
  const shape = shapeOf(name, value);
  const count = elementsOf(name, shape, most);
  const flat: unknown[] = [];
  flatten(name, value, shape, 0, flat);
  return {
    name,
    datatype,
    shape,
    data: datatype === 'BYTES' ? flat.map(each => bytesOf(name, each)) : dataOf(name, datatype, count, flat),
  };
}

function dataOf(
  name: string,
  datatype: Exclude<Datatype, 'BYTES'>,
  count: number,
  flat: readonly unknown[],
): TensorData {
  return count === 0 ? kinds[datatype].make(0) : dataFromJson(name, datatype, count, flat);
}

function shapeOf(name: string, value: unknown): readonly number[] {
  const shape: number[] = [];
  for (let at = value; Array.isArray(at); at = at[0]) {
    if (shape.length > 16) refuseInput(`The values of "${name}" are nested too deep.`);
    shape.push(at.length);
  }
  return shape;
}

function flatten(
  name: string,
  value: unknown,
  shape: readonly number[],
  depth: number,
  into: unknown[],
): void {
  const isList = Array.isArray(value);
  if (isList !== depth < shape.length || (isList && value.length !== shape[depth]))
    refuseInput(`The values of "${name}" are uneven: expected lists of the shape [${shape.join(', ')}].`);
  if (!isList) into.push(value);
  else for (const each of value) flatten(name, each, shape, depth + 1, into);
}

function bytesOf(name: string, value: unknown): Uint8Array {
  if (typeof value === 'string') return encoder.encode(value);
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 1 && 'b64' in value) {
    const { b64 } = value;
    if (typeof b64 === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(b64)) return Buffer.from(b64, 'base64');
  }
  return refuseInput(`The values of "${name}" are texts, or bytes as {"b64": …}.`);
}

/** Texts of values as nested JSON lists of a shape; the text itself for a shape without dimensions. */
export function nestedJson(texts: readonly string[], shape: readonly number[]): string {
  const write = (dimension: number, from: number, count: number): string => {
    if (dimension === shape.length) return texts[from] ?? '';
    const length = shape[dimension] ?? 0;
    const size = length === 0 ? 0 : count / length;
    if (dimension === shape.length - 1) return `[${texts.slice(from, from + count).join(',')}]`;
    const parts: string[] = [];
    for (let at = 0; at < length; at++) parts.push(write(dimension + 1, from + at * size, size));
    return `[${parts.join(',')}]`;
  };
  return write(0, 0, texts.length);
}
