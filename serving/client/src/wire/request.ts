import { dataToBytes } from '../tensors/binary-data.ts';
import { dataToJson } from '../tensors/json-data.ts';
import type { Tensor } from '../tensors/tensor.ts';

/**
 * Format of tensors on the wire: `binary` takes fewer bytes and keeps every value; every server understands
 * `json`.
 */
export type Format = 'binary' | 'json';

export interface WireRequest {
  readonly inputs: readonly Tensor[];
  /** Names of the wanted outputs; undefined for all. */
  readonly outputs?: readonly string[] | undefined;
  readonly id?: string | undefined;
  /** Milliseconds after which the server may drop the request. */
  readonly timeout?: number | undefined;
}

export interface WireBody {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Header with the number of bytes of a body that are JSON. */
export const lengthHeader = 'inference-header-content-length';

const encoder = new TextEncoder();

/**
 * Encodes the body of an inference request (Open Inference Protocol 2, REST, with the binary tensor extension
 * for `binary`). Throws `inference.unsupported` for values that JSON can't write.
 */
export function writeRequest({ inputs, outputs, id, timeout }: WireRequest, format: Format): WireBody {
  const isBinary = format === 'binary';
  const parts: Uint8Array[] = [];
  const texts = inputs.map(input => {
    const head = `{"name":${JSON.stringify(input.name)},"shape":[${input.shape.join(',')}],"datatype":"${input.datatype}",`;
    if (!isBinary) return `${head}"data":${dataToJson(input)}}`;
    const bytes = dataToBytes(input);
    parts.push(bytes);
    return `${head}"parameters":{"binary_data_size":${bytes.length}}}`;
  });
  const parameters = {
    ...(isBinary && { binary_data_output: true }),
    // The protocol leaves the unit open; Triton uses microseconds.
    ...(timeout !== undefined && { timeout: Math.ceil(timeout * 1_000) }),
  };
  const json = [
    ...(id === undefined ? [] : [`"id":${JSON.stringify(id)}`]),
    ...(Object.keys(parameters).length === 0 ? [] : [`"parameters":${JSON.stringify(parameters)}`]),
    `"inputs":[${texts.join(',')}]`,
    ...(outputs === undefined ? [] : [`"outputs":${JSON.stringify(outputs.map(name => ({ name })))}`]),
  ];
  const header = encoder.encode(`{${json.join(',')}}`);
  if (!isBinary) return { body: header, headers: { 'content-type': 'application/json' } };
  const body = new Uint8Array(parts.reduce((sum, { length }) => sum + length, header.length));
  body.set(header);
  let at = header.length;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return {
    body,
    headers: { 'content-type': 'application/octet-stream', [lengthHeader]: String(header.length) },
  };
}
