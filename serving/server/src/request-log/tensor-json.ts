import type { TensorData } from '@murmuration/inference-client/tensors/datatype';
import { valuesToJson } from '@murmuration/inference-client/tensors/json-data';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Returns the bytes of a tensor's values. */
export function bytesOfData(data: TensorData): number {
  if ('byteLength' in data) return data.byteLength;
  return data.reduce((sum, { length }) => sum + length, 0);
}

/** Returns the values as a JSON list: non-finite numbers as text, bytes that are not text as `{"b64": …}`. */
export function valuesText({ name, datatype, data }: Tensor): string {
  if (datatype === 'BYTES') return `[${(data as readonly Uint8Array[]).map(textOf).join(',')}]`;
  const values = valuesToJson(name, datatype, data, true);
  return `[${values.map(value => (/^-?(?:NaN|I)/.test(value) ? `"${value}"` : value)).join(',')}]`;
}

function textOf(bytes: Uint8Array): string {
  try {
    return JSON.stringify(decoder.decode(bytes));
  } catch {
    return `{"b64":"${Buffer.from(bytes).toString('base64')}"}`;
  }
}
