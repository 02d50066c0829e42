import { isObject } from '@murmuration/protocol/encoding/json';
import { dataFromBytes } from '../tensors/binary-data.ts';
import { isDatatype } from '../tensors/datatype.ts';
import { dataFromJson } from '../tensors/json-data.ts';
import { parseJson } from '../tensors/lossless-json.ts';
import { elementsOf, refuseInput, type Tensor, weightOf } from '../tensors/tensor.ts';

/** Answer of a server to an inference request. */
export interface WireResponse {
  readonly model: string;
  /** Version that answered; null if the server names none. */
  readonly version: string | null;
  readonly id: string | undefined;
  readonly outputs: readonly Tensor[];
}

/** Maximum elements of an answer. */
const maxAnswerElements = 2 ** 26;

/**
 * Reads the answer to an inference request. `headerLength` is the number of its bytes that are JSON;
 * undefined for all. Throws `inference.input` for one that doesn't follow the protocol.
 */
export function readResponse(body: Uint8Array<ArrayBuffer>, headerLength: number | undefined): WireResponse {
  const length = headerLength ?? body.length;
  if (length > body.length) refuseInput(`It says that ${length} bytes are JSON, and has ${body.length}.`);
  const text = new TextDecoder().decode(body.subarray(0, length));
  const json = parseJson(text, { wide: text.includes('INT64'), notFinite: true, most: maxAnswerElements });
  if (!isObject(json) || !Array.isArray(json.outputs)) refuseInput('It has no list of outputs.');
  let at = length;
  const outputs = json.outputs.map((output: unknown): Tensor => {
    if (!isObject(output)) refuseInput('An output is no object.');
    const { name, datatype, shape, data, parameters } = output;
    if (typeof name !== 'string') refuseInput('An output has no name.');
    if (!isDatatype(datatype)) refuseInput(`The output "${name}" has an unknown datatype.`);
    // No more than the received bytes can hold.
    const most = Math.min(body.length, maxAnswerElements / weightOf(datatype));
    const count = elementsOf(name, shape, most);
    const size = isObject(parameters) ? parameters.binary_data_size : undefined;
    if (size === undefined)
      return { name, datatype, shape: shape as number[], data: dataFromJson(name, datatype, count, data) };
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || size > body.length - at)
      refuseInput(`The output "${name}" has bytes that did not come.`);
    // A copy is aligned for any datatype, whatever the length of the JSON before it.
    const bytes = body.slice(at, at + size);
    at += size;
    return { name, datatype, shape: shape as number[], data: dataFromBytes(name, datatype, count, bytes) };
  });
  return {
    model: typeof json.model_name === 'string' ? json.model_name : '',
    version: typeof json.model_version === 'string' ? json.model_version : null,
    id: typeof json.id === 'string' ? json.id : undefined,
    outputs,
  };
}
