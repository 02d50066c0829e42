import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { registerKernels } from '../kernels/register.ts';
import { env, setBackend, util } from '../tfjs/tf.ts';
import { requireAgreement, trainingMs } from './self-test.ts';
import { wasmFilesPath } from './wasm-files.ts';

/** The backends of TensorFlow.js that browsers may have. */
export const browserBackends = ['wasm', 'webgl', 'webgpu'] as const;
export type BrowserBackend = (typeof browserBackends)[number];

/** What models train on that the fused kernels don't know, and why, in one sentence without a full stop. */
export interface BrowserChoice {
  readonly backend: BrowserBackend;
  readonly reason: string;
}

export interface BrowserBackendOptions {
  /** Folder or URL (with a slash at its end) of tfjs' .wasm files. */
  readonly wasmPath: string;
  /** To choose among; all by default. */
  readonly backends?: readonly BrowserBackend[];
  /** What was chosen on this device before, and where to keep what is chosen now. */
  readonly memory?: {
    recall(): Promise<string | undefined>;
    keep(backend: string): Promise<void>;
  };
}

/**
 * Lets models be built for the fused kernels, which need no backend of tfjs but one that holds tensors: nothing is downloaded, and no
 * graphics context is made.
 */
export async function startForFused(): Promise<void> {
  await setBackend('cpu');
}

/**
 * Starts the fastest backend on which training works, for models that the fused kernels don't know: of those whose gradients agree with the
 * CPU backend's the one with the shortest step of a typical model, measured once on a device. The slow CPU backend is never chosen.
 *
 * @throws MurmurationError `engine.no-backend` where none of them works; the reasons are in its detail.
 */
export async function startBrowserBackend(options: BrowserBackendOptions): Promise<BrowserChoice> {
  const { backends = browserBackends, memory } = options;
  const before = await memory?.recall().catch(() => undefined);
  const known = backends.find(backend => backend === before);
  if (known) {
    const refused = await start(known, options).then(
      () => null,
      () => 'it no longer starts',
    );
    if (refused === null) return { backend: known, reason: `${known} was the fastest on this device before` };
  }
  const found: { readonly backend: BrowserBackend; readonly ms: number }[] = [];
  const refusals: string[] = [];
  for (const backend of backends) {
    try {
      await start(backend, options);
      await requireAgreement(backend);
      found.push({ backend, ms: backends.length > 1 ? await trainingMs(backend, util.now) : 0 });
    } catch (cause) {
      refusals.push(`${backend} is not used: ${messageOf(cause)}`);
    }
  }
  const fastest = found.sort((a, b) => a.ms - b.ms)[0];
  if (!fastest) {
    await startForFused();
    throw new MurmurationError('engine.no-backend', refusals.join('; '));
  }
  await setBackend(fastest.backend);
  await memory?.keep(fastest.backend).catch(() => {});
  const figures = found.map(({ backend, ms }) => `${backend} ${ms.toFixed(1)} ms a step`);
  return { backend: fastest.backend, reason: [...figures, ...refusals].join('; ') };
}

async function start(backend: BrowserBackend, { wasmPath }: BrowserBackendOptions): Promise<void> {
  if (backend === 'wasm') {
    // The threads of tfjs are scripts made from text, which a strict policy forbids.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    setWasmPaths(wasmPath);
    registerKernels();
  }
  if (backend === 'webgpu') await loadWebGpu();
  if (await setBackend(backend)) return;
  throw new Error(
    backend === 'wasm' ? `it does not start with the .wasm files of ${wasmPath}` : 'this browser has none',
  );
}

/** The package is large, so only a browser that offers an adapter loads it. */
async function loadWebGpu(): Promise<void> {
  const { gpu } = globalThis.navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  if (!(await gpu?.requestAdapter())) throw new Error('this browser offers no adapter');
  await import('@tensorflow/tfjs-backend-webgpu');
}

/** Where a coordinator of the page's origin serves the .wasm files of tfjs. */
export function servedWasmPath(): string {
  return new URL(wasmFilesPath, globalThis.location.href).href;
}
