import { kinds } from '@murmuration/inference-client/tensors/datatype';
import { dataFromJson } from '@murmuration/inference-client/tensors/json-data';
import {
  elementsOf,
  refuseInput,
  type Tensor,
  type TensorSpec,
  weightOf,
} from '@murmuration/inference-client/tensors/tensor';

const encoder = new TextEncoder();

/**
 * Makes a tensor from nested lists, which define its shape. `{"b64": …}` stands for bytes. Throws
 * `inference.input` for uneven lists, and for values outside the datatype of `spec`.
 */
export function tensorFromNested({ name, datatype }: TensorSpec, value: unknown, most: number): Tensor {
  const shape = shapeOf(name, value);
  const count = elementsOf(name, shape, most, weightOf(datatype));
  const strings: Uint8Array[] = [];
  eachOf(name, value, shape, 0, datatype === 'BYTES' ? each => strings.push(bytesOf(name, each)) : () => {});
  if (datatype === 'BYTES') return { name, datatype, shape, data: strings };
  const nested = Array.isArray(value) ? value : [value];
  const data = count === 0 ? kinds[datatype].make(0) : dataFromJson(name, datatype, count, nested);
  return { name, datatype, shape, data };
}

function shapeOf(name: string, value: unknown): readonly number[] {
  const shape: number[] = [];
  for (let at = value; Array.isArray(at); at = at[0]) {
    if (shape.length > 16) refuseInput(`The values of "${name}" are nested too deep.`);
    shape.push(at.length);
  }
  return shape;
}

/** Visits the values of nested lists of a shape. Throws `inference.input` if they have another. */
function eachOf(
  name: string,
  value: unknown,
  shape: readonly number[],
  depth: number,
  visit: (value: unknown) => void,
): void {
  const isList = Array.isArray(value);
  if (isList !== depth < shape.length || (isList && value.length !== shape[depth]))
    refuseInput(`The values of "${name}" are uneven: expected lists of the shape [${shape.join(', ')}].`);
  if (!isList) visit(value);
  else for (const each of value) eachOf(name, each, shape, depth + 1, visit);
}

function bytesOf(name: string, value: unknown): Uint8Array {
  if (typeof value === 'string') return encoder.encode(value);
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 1 && 'b64' in value) {
    const { b64 } = value;
    if (typeof b64 === 'string' && isBase64(b64)) return Buffer.from(b64, 'base64');
  }
  return refuseInput(`The values of "${name}" are texts, or bytes as {"b64": …}.`);
}

function isBase64(text: string): boolean {
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  // Searches for invalid characters: matching a whole long text overflows the stack.
  return !/[^A-Za-z0-9+/]/.test(text.slice(0, text.length - padding));
}

/**
 * Nests texts of values as JSON lists of a shape; returns the text unchanged for a shape without dimensions.
 */
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
