import { dataFromBytes } from '@murmuration/inference-client/tensors/binary-data';
import {
  type Datatype,
  datatypes,
  isDatatype,
  kinds,
  type TensorData,
} from '@murmuration/inference-client/tensors/datatype';
import { dataFromJson } from '@murmuration/inference-client/tensors/json-data';
import { numberOf, parseJson } from '@murmuration/inference-client/tensors/lossless-json';
import {
  elementsOf,
  refuseInput,
  shown,
  type Tensor,
  weightOf,
} from '@murmuration/inference-client/tensors/tensor';
import { isObject } from '@murmuration/protocol/encoding/json';
import type { VersionMetadata } from '../server/inference-server.ts';
import { mostTensors, readTimeout, refuseParameters } from './parameters.ts';

/** Content of an inference request. */
export interface OipRequest {
  /** Id from the client. */
  readonly id: string | undefined;
  readonly inputs: readonly Tensor[];
  /** Requested outputs by name, each with true if it is to be sent as bytes; null: all. */
  readonly outputs: readonly { readonly name: string; readonly isBinary: boolean }[] | null;
  /** True if outputs without a setting of their own are to be sent as bytes. */
  readonly isBinary: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Timeout in ms. */
  readonly timeout: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const none: Json = {};

/**
 * Reads the body of an inference request: JSON, followed by the bytes of tensors in order if `headerLength`
 * gives the length of the JSON. Throws `inference.input`, and `inference.unsupported` for extensions that
 * this server does not have.
 */
export function readInferRequest(
  body: Buffer,
  headerLength: number | undefined,
  mostElements: number,
): OipRequest {
  if (headerLength !== undefined && headerLength > body.length)
    refuseInput(`Inference-Header-Content-Length is ${headerLength}; the body has ${body.length} bytes.`);
  const text = body.toString('utf8', 0, headerLength ?? body.length);
  const json = parseJson(text, { wide: text.includes('INT64'), notFinite: false, most: mostElements });
  if (!isObject(json)) refuseInput('The body is no JSON object; expected {"inputs": […]}.');
  const { id, inputs } = json;
  if (id !== undefined && typeof id !== 'string') refuseInput('The id of a request is a text.');
  if (!Array.isArray(inputs) || inputs.length === 0 || inputs.length > mostTensors)
    refuseInput(`A request has a list of 1 to ${mostTensors} inputs.`);
  const parameters = Object.fromEntries(
    Object.entries(objectIn(json, 'parameters')).map(([name, value]) => [name, numberOf(value) ?? value]),
  );
  const bytes = new Remainder(
    headerLength === undefined ? body.subarray(body.length) : body.subarray(headerLength),
  );
  let left = mostElements;
  const tensors = inputs.map(input => {
    const tensor = readInput(input, left, bytes);
    left -= weightOf(tensor.datatype) * tensor.data.length;
    return tensor;
  });
  if (bytes.left > 0) refuseInput(`The body has ${bytes.left} bytes behind those of its inputs.`);
  const isBinary = parameters.binary_data_output === true;
  return {
    id,
    inputs: tensors,
    outputs: readOutputs(json.outputs, isBinary),
    isBinary,
    parameters,
    timeout: readTimeout(parameters.timeout),
  };
}

/**
 * Reads a body that is the bytes of one input, without JSON. Throws `inference.input` if the model takes
 * other inputs.
 */
export function readRawRequest(
  body: Buffer,
  { model: { name }, inputs: [spec, ...others] }: Pick<VersionMetadata, 'model' | 'inputs'>,
  mostElements: number,
): OipRequest {
  if (!spec || others.length > 0)
    refuseInput(`A raw request has one input; the model ${name} takes ${others.length + 1}.`);
  const { datatype } = spec;
  const variable = spec.shape.filter(length => length === -1).length;
  // The first dimension counts rows. If another one varies too, it follows from the bytes, with one row.
  const known = spec.shape.map((length, index) =>
    index === 0 && length === -1 && variable > 1 ? 1 : length,
  );
  if (known.filter(length => length === -1).length > 1)
    refuseInput(
      `The input "${spec.name}" of the model ${name} has too many lengths that vary for a raw request.`,
    );
  const shape =
    datatype === 'BYTES'
      ? known.map(length => (length === -1 ? 1 : length))
      : rawShape(known, body, datatype);
  const count = elementsOf(spec.name, shape, mostElements);
  if (datatype === 'BYTES' && count !== 1)
    refuseInput(`A raw request of BYTES has one string; the model ${name} takes ${count}.`);
  const data = dataFromBytes(spec.name, datatype, count, body);
  return {
    id: undefined,
    inputs: [{ name: spec.name, datatype, shape, data }],
    outputs: null,
    isBinary: true,
    parameters: none,
    timeout: undefined,
  };
}

function rawShape(spec: readonly number[], body: Buffer, datatype: Datatype): readonly number[] {
  const fixed = spec.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const size = fixed * sizeOfElement(datatype);
  return spec.map(length => (length === -1 ? Math.floor(body.length / Math.max(1, size)) : length));
}

function sizeOfElement(datatype: Datatype): number {
  return datatype === 'BYTES' ? 1 : kinds[datatype].size;
}

function readInput(value: unknown, most: number, bytes: Remainder): Tensor {
  if (!isObject(value)) refuseInput('An input is an object with name, shape, datatype and data.');
  const { name, shape, datatype, data } = value;
  if (typeof name !== 'string') refuseInput('An input has no name.');
  if (!isDatatype(datatype))
    refuseInput(`The input "${name}" has the datatype ${shown(datatype)}; there is ${datatypes.join(', ')}.`);
  const count = elementsOf(name, shape, most, weightOf(datatype));
  const parameters = objectIn(value, 'parameters');
  refuseParameters(parameters);
  const { binary_data_size: size } = parameters;
  let elements: TensorData;
  if (size === undefined) elements = dataFromJson(name, datatype, count, data);
  else {
    if (data !== undefined) refuseInput(`The input "${name}" has data, and also binary_data_size.`);
    const length = numberOf(size);
    if (length === undefined || !Number.isSafeInteger(length) || length < 0)
      refuseInput(`The binary_data_size of the input "${name}" is no number of bytes.`);
    elements = dataFromBytes(name, datatype, count, bytes.take(name, length));
  }
  return { name, datatype, shape: shape as readonly number[], data: elements };
}

function readOutputs(value: unknown, isBinary: boolean): OipRequest['outputs'] {
  if (value === undefined) return null;
  if (!Array.isArray(value) || value.length > mostTensors)
    refuseInput(`The outputs of a request are a list of at most ${mostTensors}.`);
  if (value.length === 0) return null;
  return value.map(output => {
    if (!isObject(output) || typeof output.name !== 'string')
      refuseInput('An output that is asked for has a name.');
    const parameters = objectIn(output, 'parameters');
    refuseParameters(parameters);
    const { binary_data: own } = parameters;
    if (own !== undefined && typeof own !== 'boolean')
      refuseInput(`The binary_data of the output "${output.name}" is true or false.`);
    return { name: output.name, isBinary: own ?? isBinary };
  });
}

function objectIn(value: Json, name: string): Json {
  const found = value[name];
  if (found === undefined || found === null) return none;
  if (!isObject(found)) refuseInput(`"${name}" is an object.`);
  return found;
}

/** Bytes of tensors behind the JSON. */
class Remainder {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(name: string, length: number): Uint8Array {
    if (length > this.left)
      refuseInput(`The input "${name}" has ${length} bytes; the body has ${this.left} left.`);
    const start = this.#at;
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }
}
