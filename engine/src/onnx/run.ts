import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { Datatype, Tensor, TensorSpec } from '@murmuration/protocol/tensors/tensor';
import type { LoadedModel } from '../inference/loaded-model.ts';
import {
  type FoundLibrary,
  findLibrary,
  type RuntimePort,
  type RuntimeSession,
  type RuntimeTensor,
} from './library.ts';

export interface LoadOptions {
  /**
   * Execution providers by their names in ONNX Runtime, in order of preference: `['tensorrt', 'cuda',
   * 'cpu']`. By default the processor. Skips providers that this machine or the library lacks; `engine` then
   * names them.
   */
  readonly providers?: readonly string[];
  /**
   * Threads of `onnxruntime-web`, by default 1; all models of a process share the number that the first of
   * them gave.
   */
  readonly threads?: number;
  /** Library that an app has loaded itself, as pages do; by default the installed one. */
  readonly library?: FoundLibrary;
}

/** Names in ONNX Runtime of tensor datatypes. */
const runtimeTypes: Readonly<Record<Datatype, string>> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
};

/**
 * Loads an `.onnx` file into ONNX Runtime. Throws `engine.no-backend` if none is installed, or no execution
 * provider is available, and `model.unusable` for a file that it does not take. `run` throws `model.unusable`
 * with ONNX Runtime's message if it refuses the inputs.
 */
export async function loadOnnx(
  bytes: Uint8Array,
  { providers, threads = 1, library }: LoadOptions = {},
): Promise<LoadedModel> {
  const found = library ?? (await findLibrary());
  const { usable, missing } = providersFor(found, providers);
  if (found.name === 'onnxruntime-web') found.library.env.wasm.numThreads = threads;
  let session: RuntimeSession;
  let inputs: readonly TensorSpec[];
  let outputs: readonly TensorSpec[];
  try {
    const options = { executionProviders: usable, logSeverityLevel: 3 };
    session = (await found.library.InferenceSession.create(bytes, options)) as RuntimeSession;
    inputs = session.inputMetadata.map(specOf);
    outputs = session.outputMetadata.map(specOf);
  } catch (cause) {
    throw unusable('does not load', cause);
  }
  const words = missing.length > 0 ? `; not here: ${missing.join(', ')}` : '';
  return {
    inputs,
    outputs,
    bytes: bytes.length,
    takesLengths: false,
    engine: `${found.name} (${usable.join(', ')})${words}`,
    async run(tensors) {
      try {
        const feeds = tensors.map(tensor => [tensor.name, fed(found, tensor)] as const);
        const results = await session.run(Object.fromEntries(feeds));
        return outputs.map(({ name }) => answered(name, results[name] as RuntimeTensor));
      } catch (cause) {
        throw unusable('does not run', cause);
      }
    },
    close: () => session.release(),
  };
}

/**
 * Splits the requested providers into usable and missing ones; onnxruntime-web calls the processor `wasm`.
 */
function providersFor(
  { name, providers: here }: FoundLibrary,
  asked: readonly string[] | undefined,
): { readonly usable: readonly string[]; readonly missing: readonly string[] } {
  const processor = name === 'onnxruntime-web' ? 'wasm' : 'cpu';
  const wanted = (asked ?? [processor]).map(provider =>
    ['cpu', 'wasm'].includes(provider) ? processor : provider,
  );
  const usable = [...new Set(wanted)].filter(provider => here === undefined || here.includes(provider));
  const missing = wanted.filter(provider => !usable.includes(provider));
  if (usable.length > 0) return { usable, missing };
  throw new MurmurationError(
    'engine.no-backend',
    `${name} can't run on ${missing.join(' or ')} here; it can on ${here?.join(', ') || processor}.` +
      (name === 'onnxruntime-web' ? ' onnxruntime-node, where it is installed, knows more.' : ''),
  );
}

function specOf({ name, isTensor, type, shape }: RuntimePort): TensorSpec {
  const datatype = (Object.keys(runtimeTypes) as Datatype[]).find(key => runtimeTypes[key] === type);
  if (!isTensor || !datatype || !shape) throw new RangeError(`"${name}" holds ${type ?? 'no tensor'}`);
  return { name, datatype, shape: shape.map(length => (typeof length === 'number' ? length : -1)) };
}

function fed({ library }: FoundLibrary, { datatype, data, shape }: Tensor): object {
  const type = runtimeTypes[datatype];
  const values =
    datatype === 'BYTES'
      ? (data as readonly Uint8Array[]).map(bytes => new TextDecoder().decode(bytes))
      : datatype === 'FP16'
        ? halvesOf(data as Uint16Array)
        : data;
  return new library.Tensor(type, values, shape);
}

function answered(name: string, { type, dims, data }: RuntimeTensor): Tensor {
  const { datatype } = specOf({ name, isTensor: true, type, shape: dims });
  if (datatype === 'BYTES')
    return {
      name,
      datatype,
      shape: dims,
      data: (data as string[]).map(text => new TextEncoder().encode(text)),
    };
  const view = data as Uint8Array;
  if (datatype !== 'FP16') return { name, datatype, shape: dims, data: view };
  return {
    name,
    datatype,
    shape: dims,
    data: new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2),
  };
}

/** Wraps float16 values in a `Float16Array`, which ONNX Runtime wants, if the JavaScript engine has it. */
function halvesOf(bits: Uint16Array): ArrayBufferView {
  const halves = (
    globalThis as { Float16Array?: new (...given: [ArrayBufferLike, number, number]) => ArrayBufferView }
  ).Float16Array;
  return halves ? new halves(bits.buffer, bits.byteOffset, bits.length) : bits;
}

function unusable(why: string, cause: unknown): MurmurationError {
  return new MurmurationError('model.unusable', `The ONNX model ${why}: ${messageOf(cause)}`, { cause });
}
