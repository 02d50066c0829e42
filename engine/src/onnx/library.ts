import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';

/** Parts of ONNX Runtime's tensors that are read. */
export interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** Model that ONNX Runtime has loaded. */
export interface RuntimeSession {
  readonly inputMetadata: readonly RuntimePort[];
  readonly outputMetadata: readonly RuntimePort[];
  run(inputs: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  release(): Promise<void>;
}

export interface RuntimePort {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

/** Exports of `onnxruntime-web` and `onnxruntime-node` that are used. */
export interface RuntimeLibrary {
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<unknown> };
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => object;
  readonly env: { readonly wasm: { numThreads?: number }; logLevel?: string };
  /** Function that only onnxruntime-node has. */
  readonly listSupportedBackends?: () => readonly { readonly name: string }[];
}

/** Library of ONNX Runtime, and the execution providers available here. */
export interface FoundLibrary {
  readonly name: 'onnxruntime-node' | 'onnxruntime-web';
  readonly library: RuntimeLibrary;
  /** Names of execution providers; undefined if the library does not tell. */
  readonly providers: readonly string[] | undefined;
}

type Name = FoundLibrary['name'];

/** Command that installs ONNX Runtime. */
export const installing = 'npm install onnxruntime-web@1.30.0';

/**
 * Finds `onnxruntime-node` if it is installed and loads, or else `onnxruntime-web`. Neither comes with the
 * engine: an app installs the one that it wants. Throws `engine.no-backend` if there is none.
 */
export async function findLibrary(
  load: (name: Name) => Promise<unknown> = importByName,
): Promise<FoundLibrary> {
  const failures: string[] = [];
  for (const name of ['onnxruntime-node', 'onnxruntime-web'] as const) {
    try {
      return describeLibrary(name, (await load(name)) as RuntimeLibrary);
    } catch (cause) {
      failures.push(`${name}: ${messageOf(cause).split('\n')[0]}`);
    }
  }
  throw new MurmurationError(
    'engine.no-backend',
    `Running ONNX files needs onnxruntime-web, or onnxruntime-node for a GPU: ${installing}. ${failures.join('; ')}`,
  );
}

/** Describes a library that its user has loaded. */
export function describeLibrary(name: Name, library: RuntimeLibrary): FoundLibrary {
  if (name === 'onnxruntime-node')
    return { name, library, providers: library.listSupportedBackends?.().map(backend => backend.name) };
  const inPage = 'document' in globalThis || 'WorkerGlobalScope' in globalThis;
  return { name, library, providers: inPage ? ['webgpu', 'webnn', 'webgl', 'wasm'] : ['wasm'] };
}

/**
 * Imports by a variable specifier, so that bundlers and type checks ignore packages that need not be
 * installed.
 */
function importByName(name: string): Promise<unknown> {
  return import(name);
}
