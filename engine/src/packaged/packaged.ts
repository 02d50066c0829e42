import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Datatype, Tensor, TensorSpec } from '@murmuration/protocol/tensors/tensor';
import { sizeOf } from '@murmuration/protocol/weights/layout';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import type { LoadedModel } from '../inference/loaded-model.ts';
import type { ModelParts } from '../models/model.ts';
import { readStoredModel } from '../models/stored-weights.ts';

/** URLs of the two files of a model, and their SHA-256 in hexadecimal. */
export interface PackagedFiles {
  readonly json: URL;
  readonly weights: URL;
  readonly sha256: { readonly json: string; readonly weights: string };
}

/** Value, or a list of values, nested to any depth. */
export type NestedValues = number | boolean | readonly NestedValues[];

/** Input of an app: nested lists, or values in row-major order and their shape. */
export type ModelValues<Data> = NestedValues | { readonly shape: readonly number[]; readonly data: Data };

/** Output of a model: values in row-major order and their shape. */
export interface ModelAnswer<Data> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** Model of a package in memory, with inputs and outputs by their names. */
export interface PackagedModel<Inputs, Outputs> {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Engine it runs on, and the reason, in a few words. */
  readonly engine: string;
  /**
   * Answers inputs; several calls take turns. Throws `inference.input` for a missing or unknown input, uneven
   * lists, a shape that does not fit, and values that the model does not take.
   */
  predict(inputs: Inputs): Promise<Outputs>;
  /** Frees its memory, once pending calls are answered. */
  close(): Promise<void>;
}

/** Functions that differ between Node and pages. */
export interface PackagePlatform {
  read(file: URL): Promise<Uint8Array>;
  load(parts: ModelParts): Promise<LoadedModel>;
}

/** Most dimensions of an input. */
const mostDimensions = 16;

const arrays = { FP32: Float32Array, INT32: Int32Array, BOOL: Uint8Array } as const;

/**
 * Opens a model after checking its files. Throws `model.corrupt` if one was changed, and errors of
 * `platform`.
 */
export async function openPackagedModel<Inputs, Outputs>(
  { json, weights, sha256 }: PackagedFiles,
  platform: PackagePlatform,
): Promise<PackagedModel<Inputs, Outputs>> {
  const [description, values] = await Promise.all([
    read(platform, json, sha256.json),
    read(platform, weights, sha256.weights),
  ]);
  const model = await platform.load(readStoredModel(description, values));
  const turns = new PromiseQueue();
  const { inputs, outputs, engine } = model;
  return {
    inputs,
    outputs,
    engine,
    async predict(given) {
      const tensors = tensorsOf(inputs, given as Readonly<Record<string, ModelValues<unknown>>>);
      const answers = await turns.run(() => model.run(tensors));
      return Object.fromEntries(answers.map(({ name, shape, data }) => [name, { shape, data }])) as Outputs;
    },
    close: () => turns.run(() => model.close()),
  };
}

async function read(platform: PackagePlatform, file: URL, sha256: string): Promise<Uint8Array> {
  const bytes = await platform.read(file);
  if (contentHash(bytes) === sha256) return bytes;
  throw new MurmurationError(
    'model.corrupt',
    `The file ${file.pathname.split('/').at(-1)} of the package has been changed; install the package again.`,
  );
}

function tensorsOf(
  specs: readonly TensorSpec[],
  given: Readonly<Record<string, ModelValues<unknown>>>,
): readonly Tensor[] {
  const names = specs.map(({ name }) => `"${name}"`).join(', ');
  for (const name of Object.keys(given))
    if (!specs.some(spec => spec.name === name))
      refuse(`The model has no input "${name}"; it takes ${names}.`);
  return specs.map(spec => {
    if (!Object.hasOwn(given, spec.name))
      refuse(`The input "${spec.name}" is missing; the model takes ${names}.`);
    const tensor = tensorOf(spec, given[spec.name]);
    const fits =
      tensor.shape.length === spec.shape.length &&
      spec.shape.every((length, axis) => length === -1 || length === tensor.shape[axis]);
    if (!fits)
      refuse(
        `The input "${spec.name}" has the shape [${tensor.shape.join(', ')}]; expected [${spec.shape.join(', ')}], where -1 is any length.`,
      );
    return tensor;
  });
}

function tensorOf(spec: TensorSpec, values: ModelValues<unknown> | undefined): Tensor {
  const { name, datatype } = spec;
  const make = arrays[datatype as keyof typeof arrays];
  if (typeof values === 'object' && values !== null && 'data' in values) {
    const { shape, data } = values;
    if (!(data instanceof make))
      refuse(`The data of "${name}" must be a ${make.name}, since it is ${datatype}.`);
    if (!Array.isArray(shape) || sizeOf(shape) !== data.length)
      refuse(`The shape [${shape}] of "${name}" has no room for its ${data.length} values.`);
    return { ...spec, shape, data };
  }
  const shape: number[] = [];
  for (let at: unknown = values; Array.isArray(at); at = at[0]) {
    if (shape.length === mostDimensions) refuse(`The lists of "${name}" are nested too deep.`);
    shape.push(at.length);
  }
  const data = new make(sizeOf(shape));
  const filled = fill(name, datatype, values, shape, 0, data, 0);
  if (filled !== data.length) refuse(`The lists of "${name}" are uneven.`);
  return { ...spec, shape, data };
}

/** Writes nested lists one after another from `at`; returns the index behind them. */
function fill(
  name: string,
  datatype: Datatype,
  value: unknown,
  shape: readonly number[],
  depth: number,
  into: Float32Array | Int32Array | Uint8Array,
  at: number,
): number {
  if (depth < shape.length) {
    if (!Array.isArray(value) || value.length !== shape[depth])
      refuse(`The lists of "${name}" are uneven: expected the shape [${shape.join(', ')}].`);
    let next = at;
    for (const each of value) next = fill(name, datatype, each, shape, depth + 1, into, next);
    return next;
  }
  if (!holds(datatype, value)) refuse(`The input "${name}" holds ${String(value)}, which is no ${datatype}.`);
  into[at] = Number(value);
  return at + 1;
}

function holds(datatype: Datatype, value: unknown): boolean {
  if (datatype === 'BOOL') return typeof value === 'boolean' || value === 0 || value === 1;
  if (typeof value !== 'number') return false;
  return datatype === 'INT32' ? Number.isInteger(value) && Math.abs(value) < 2 ** 31 : true;
}

function refuse(detail: string): never {
  throw new MurmurationError('inference.input', detail);
}
