import { dataFromBytes } from '@murmuration/inference-client/tensors/binary-data';
import { datatypes, isDatatype } from '@murmuration/inference-client/tensors/datatype';
import { elementsOf, refuseInput, type Tensor, weightOf } from '@murmuration/inference-client/tensors/tensor';
import type { Reader } from 'protobufjs';
import { mostTensors, readTimeout, refuseParameters } from '../oip/parameters.ts';
import { readContents } from './contents.ts';
import { eachField, lengthDelimited, readerOf, signedOf, textOf, unsignedOf } from './wire.ts';

/** Content of a `ModelInferRequest`. */
export interface GrpcInferRequest {
  readonly model: string;
  readonly version: string | undefined;
  /** Id; empty if there is none. */
  readonly id: string;
  readonly inputs: readonly Tensor[];
  /** Names of the requested outputs; undefined: all. */
  readonly outputs: readonly string[] | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Timeout in ms. */
  readonly timeout: number | undefined;
}

/** `InferInputTensor` whose contents are not read yet. */
interface InputParts {
  name: string;
  datatype: string;
  readonly shape: number[];
  readonly contents: Buffer[];
  readonly parameters: Record<string, unknown>;
}

/** Maximum characters of a model's name, and of its version. */
const maxModelNameLength = 256;
/**
 * Maximum lengths of a shape that are read: one more than any tensor may have, so that a longer shape is
 * refused like in other protocols.
 */
const mostLengths = 17;

/**
 * Reads a `ModelInferRequest` with at most `mostElements` in all its tensors. Throws `inference.input`,
 * before it allocates more memory than was received, and `inference.unsupported` for extensions that this
 * server does not have.
 */
export function readInferRequest(message: Buffer, mostElements: number): GrpcInferRequest {
  let [model, version, id] = ['', '', ''];
  const parameters: Record<string, unknown> = {};
  const inputs: InputParts[] = [];
  const outputs: string[] = [];
  const raw: Buffer[] = [];
  const bounded = <Item>(list: Item[], item: Item, what: string) => {
    if (list.length === mostTensors) refuseInput(`A request has at most ${mostTensors} ${what}.`);
    list.push(item);
  };
  eachField(message, (number, wire, reader) => {
    if (wire !== lengthDelimited) return false;
    if (number === 1) model = textOf(reader);
    else if (number === 2) version = textOf(reader);
    else if (number === 3) id = textOf(reader);
    else if (number === 4) readParameter(reader.bytes() as Buffer, parameters);
    else if (number === 5) bounded(inputs, readInput(reader.bytes() as Buffer), 'inputs');
    else if (number === 6) bounded(outputs, readOutput(reader.bytes() as Buffer), 'outputs');
    else if (number === 7) bounded(raw, reader.bytes() as Buffer, 'raw_input_contents');
    else return false;
    return true;
  });
  if (model.length > maxModelNameLength || version.length > maxModelNameLength)
    refuseInput(`The name of a model and its version have at most ${maxModelNameLength} characters each.`);
  if (inputs.length === 0) refuseInput(`A request has a list of 1 to ${mostTensors} inputs.`);
  if (raw.length > 0 && raw.length !== inputs.length)
    refuseInput(`The request has ${inputs.length} inputs and ${raw.length} raw_input_contents.`);
  let left = mostElements;
  const tensors = inputs.map((input, index) => {
    const tensor = tensorOf(input, left, raw[index]);
    left -= weightOf(tensor.datatype) * tensor.data.length;
    return tensor;
  });
  return {
    model,
    version: version === '' ? undefined : version,
    id,
    inputs: tensors,
    outputs: outputs.length === 0 ? undefined : outputs,
    parameters,
    timeout: readTimeout(parameters.timeout),
  };
}

/**
 * Returns the bytes of a message without its raw contents, which need no conversion. Throws `inference.input`
 * if it is malformed.
 */
export function typedBytesOf(message: Buffer): number {
  let raw = 0;
  eachField(message, (number, wire, reader) => {
    if (number !== 7 || wire !== lengthDelimited) return false;
    const length = reader.uint32();
    reader.skip(length);
    raw += length;
    return true;
  });
  return message.length - raw;
}

function tensorOf(input: InputParts, mostElements: number, raw: Buffer | undefined): Tensor {
  const { name, datatype, shape, contents, parameters } = input;
  if (!isDatatype(datatype))
    refuseInput(
      `The input "${name}" has the datatype ${JSON.stringify(datatype.slice(0, 100))}; there is ${datatypes.join(', ')}.`,
    );
  const count = elementsOf(name, shape, mostElements, weightOf(datatype));
  refuseParameters(parameters);
  if (!raw) return { name, datatype, shape, data: readContents(name, datatype, count, contents) };
  if (contents.length > 0)
    refuseInput(`The input "${name}" has contents, and the request also has raw_input_contents.`);
  return { name, datatype, shape, data: dataFromBytes(name, datatype, count, raw) };
}

function readInput(message: Buffer): InputParts {
  const input: InputParts = { name: '', datatype: '', shape: [], contents: [], parameters: {} };
  eachField(message, (number, wire, reader) => {
    if (number === 3) return readLengths(reader, wire, input.shape);
    if (wire !== lengthDelimited) return false;
    if (number === 1) input.name = textOf(reader);
    else if (number === 2) input.datatype = textOf(reader);
    else if (number === 4) readParameter(reader.bytes() as Buffer, input.parameters);
    else if (number === 5) input.contents.push(reader.bytes() as Buffer);
    else return false;
    return true;
  });
  return input;
}

/** Returns the name of a requested output. */
function readOutput(message: Buffer): string {
  let name = '';
  const parameters: Record<string, unknown> = {};
  eachField(message, (number, wire, reader) => {
    if (wire !== lengthDelimited) return false;
    if (number === 1) name = textOf(reader);
    else if (number === 2) readParameter(reader.bytes() as Buffer, parameters);
    else return false;
    return true;
  });
  refuseParameters(parameters);
  return name;
}

/** Reads lengths of a shape, packed or not. */
function readLengths(reader: Reader, wire: number, shape: number[]): boolean {
  const take = (from: Reader) => {
    const length = signedOf(from.int64());
    if (shape.length < mostLengths) shape.push(length);
  };
  if (wire === 0) take(reader);
  else if (wire === lengthDelimited) {
    const packed = readerOf(reader.bytes() as Buffer);
    while (packed.pos < packed.len) take(packed);
  } else return false;
  return true;
}

/** Reads an entry of a parameter map. Of unknown parameters, only the first ones are kept. */
function readParameter(entry: Buffer, parameters: Record<string, unknown>): void {
  let name = '';
  let value: unknown;
  eachField(entry, (number, wire, reader) => {
    if (wire !== lengthDelimited) return false;
    if (number === 1) name = textOf(reader);
    else if (number === 2) value = readChoice(reader.bytes() as Buffer);
    else return false;
    return true;
  });
  // Known parameters are always read; of others, which the request log may want, a bounded number.
  if (knownParameters.includes(name) || Object.keys(parameters).length < maxRequestParameters)
    parameters[name] = value;
}

const knownParameters = ['timeout', 'shared_memory_region', 'classification'];
const maxRequestParameters = 64;

/** Reads an `InferParameter`; 64-bit integers become numbers. */
function readChoice(message: Buffer): unknown {
  let value: unknown = null;
  eachField(message, (number, wire, reader) => {
    if (number === 1 && wire === 0) value = reader.bool();
    else if (number === 2 && wire === 0) value = signedOf(reader.int64());
    else if (number === 3 && wire === lengthDelimited) value = textOf(reader);
    else if (number === 4 && wire === 1) value = reader.double();
    else if (number === 5 && wire === 0) value = unsignedOf(reader.uint64());
    else return false;
    return true;
  });
  return value;
}
