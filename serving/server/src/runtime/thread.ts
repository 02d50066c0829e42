import { parentPort, workerData } from 'node:worker_threads';
import { type FusedStructure, knownStructure } from '@murmuration/engine/runtime/fused-structure';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelContent } from '../source/source.ts';
import { boundMemory } from './bounded-memory.ts';
import { layersRuntime } from './layers.ts';
import { type OnnxRuntimeOptions, onnxRuntime } from './onnx.ts';
import type { LoadedModel, RunOptions } from './runtime.ts';
import { type Thrown, thrownOf } from './thrown.ts';

/** Start parameters of a thread. */
export interface ThreadData {
  /** Bytes by which its WebAssembly may grow. */
  readonly memory: number;
  readonly onnx: OnnxRuntimeOptions;
}

/** Request to a thread; the answer has the same number. */
export type ThreadRequest = { readonly number: number } & (
  | { readonly kind: 'load'; readonly model: number; readonly content: ModelContent }
  | {
      readonly kind: 'run';
      readonly model: number;
      readonly inputs: readonly Tensor[];
      readonly options: RunOptions | undefined;
    }
  | { readonly kind: 'close'; readonly model: number }
);

/** Model that was loaded. */
export interface Described {
  readonly described: Pick<LoadedModel, 'inputs' | 'outputs' | 'bytes' | 'engine' | 'takesLengths'>;
  /**
   * Structure with which another thread can run it on the fused kernels without building it; undefined if
   * they don't know it.
   */
  readonly structure: FusedStructure | undefined;
}

export type ThreadReply = { readonly number: number } & (
  | Described
  | { readonly outputs: readonly Tensor[] }
  | { readonly closed: true }
  | (Thrown & {
      /** True if WebAssembly failed in a way after which the thread can't be relied on. */
      readonly isBroken: boolean;
    })
);

const { memory, onnx } = workerData as ThreadData;
const wasRefusedMemory = boundMemory(memory);
let hasFailed = false;
const { warn } = console;
console.warn = (...said: readonly unknown[]) => {
  hasFailed ||= String(said[0]).startsWith('XNN status');
  warn(...said);
};
const runtimes = [layersRuntime(), onnxRuntime(onnx)];
const models = new Map<number, LoadedModel>();

parentPort?.on('message', async (request: ThreadRequest) => {
  const { number } = request;
  try {
    const reply = await perform(request);
    const lacking = memoryLacking(request.model);
    if (lacking) throw lacking;
    parentPort?.postMessage({ number, ...reply });
  } catch (thrown) {
    const trap = trapOf(thrown);
    // A lack of memory is this model's fault, whatever it threw, and must not be attributed to the next one.
    const error = (!trap && memoryLacking(request.model)) || thrown;
    const isBroken = trap !== undefined || error instanceof OutOfMemory;
    parentPort?.postMessage({
      number,
      ...thrownOf(error),
      ...(isBroken && { code: 'model.unusable' }),
      ...(trap && { detail: afterTrap(trap) }),
      isBroken,
    });
  }
});

async function perform(request: ThreadRequest) {
  if (request.kind === 'load') {
    const { content } = request;
    const runtime = runtimes.find(each => each.loads(content));
    if (!runtime) throw new RangeError(`It loads no ${content.platform}.`);
    const model = await runtime.load(content);
    models.set(request.model, model);
    const { inputs, outputs, bytes, engine, takesLengths } = model;
    const structure = 'files' in content ? knownStructure(content.files) : undefined;
    return { described: { inputs, outputs, bytes, engine, takesLengths }, structure };
  }
  const model = models.get(request.model);
  if (!model) throw new MurmurationError('inference.unavailable');
  if (request.kind === 'run') return { outputs: await model.run(request.inputs, request.options) };
  models.delete(request.model);
  await model.close();
  return { closed: true as const };
}

class OutOfMemory extends Error {
  constructor() {
    super(`The model takes more memory than the ${memory} bytes that are for models here.`);
  }
}

/**
 * Returns an error if memory was lacking. Without enough memory, TensorFlow.js answers with arbitrary data
 * and only prints a warning; ONNX Runtime throws an error.
 */
function memoryLacking(model: number): OutOfMemory | undefined {
  const wasRefused = wasRefusedMemory();
  if (models.get(model)?.engine.startsWith('onnx')) return undefined;
  return hasFailed || wasRefused ? new OutOfMemory() : undefined;
}

/** Returns the WebAssembly error in a chain of causes: out of bounds, out of memory, or aborted. */
function trapOf(error: unknown): WebAssembly.RuntimeError | undefined {
  for (let each = error; each instanceof Error; each = each.cause)
    if (each instanceof WebAssembly.RuntimeError) return each;
  return undefined;
}

function afterTrap({ message }: WebAssembly.RuntimeError): string {
  const what = `WebAssembly failed on the model: ${message}.`;
  return wasRefusedMemory() ? `${what} ${new OutOfMemory().message}` : what;
}
