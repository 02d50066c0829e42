import { MurmurationError } from '@murmuration/protocol/errors';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { registerKernels } from './kernels/register.ts';
import { env, setBackend } from './tf.ts';

export interface BrowserBackendOptions {
  /** Folder or URL (with a slash at its end) of tfjs' .wasm files. */
  readonly wasmPath: string;
}

/**
 * Lets models be built for the fused kernels, which need no backend of tfjs but one that holds tensors: nothing is downloaded, and no
 * graphics context is made.
 */
export async function startForFused(): Promise<void> {
  await setBackend('cpu');
}

/** Starts the backend for models that the fused kernels don't know. Throws `engine.no-backend`. */
export async function startBrowserBackend({ wasmPath }: BrowserBackendOptions): Promise<void> {
  // The threads of tfjs are scripts made from text, which a strict policy forbids.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths(wasmPath);
  registerKernels();
  if (await setBackend('wasm')) return;
  await startForFused();
  throw new MurmurationError(
    'engine.no-backend',
    `WebAssembly does not start with the .wasm files of ${wasmPath}; check that they are served there.`,
  );
}
