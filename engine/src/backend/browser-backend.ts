import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { setWasmPaths } from '#tfjs-wasm';
import { registerKernels } from '../kernels/register.ts';
import { env, findBackendFactory, setBackend, util } from '../tfjs/tf.ts';
import { type BrowserBackend, type BrowserBackendName, nameOf, requireBackends } from './browser-backends.ts';
import { requireAgreement, trainingMs } from './self-test.ts';
import { wasmFilesPath } from './wasm-files.ts';

/**
 * Backend for models that the fused kernels don't know, and the reason, in one sentence without a full stop.
 */
export interface BrowserChoice {
  readonly backend: BrowserBackendName;
  readonly reason: string;
}

export interface BrowserBackendOptions {
  /** Folder or URL (ending in a slash) of tfjs' .wasm files. */
  readonly wasmPath: string;
  /** Backends to choose among; WebAssembly by default. */
  readonly backends?: readonly BrowserBackend[];
  /** Storage for the backend chosen on this device. */
  readonly memory?: {
    recall(): Promise<string | undefined>;
    keep(backend: string): Promise<void>;
  };
}

/**
 * Starts tfjs' CPU backend, which only holds tensors while models are built for the fused kernels. Nothing is
 * downloaded, and no graphics context is made.
 */
export async function startForFused(): Promise<void> {
  await setBackend('cpu');
}

/**
 * Starts the fastest backend on which training works, for models that the fused kernels don't know: of those
 * whose gradients agree with the CPU backend's, the one with the shortest step of a typical model, measured
 * once per device. The slow CPU backend is never chosen.
 *
 * @throws MurmurationError `options.invalid` for an unknown backend, and `engine.no-backend` if none of them
 * works; the reasons are in its detail.
 */
export async function startBrowserBackend(options: BrowserBackendOptions): Promise<BrowserChoice> {
  const { memory } = options;
  const backends = requireBackends(options.backends ?? ['wasm']);
  const before = await memory?.recall().catch(() => undefined);
  const known = backends.find(backend => nameOf(backend) === before);
  if (known) {
    const name = nameOf(known);
    const refused = await start(known, options).then(
      () => null,
      () => 'it no longer starts',
    );
    if (refused === null) return { backend: name, reason: `${name} was the fastest on this device before` };
  }
  const found: { readonly backend: BrowserBackendName; readonly ms: number }[] = [];
  const refusals: string[] = [];
  for (const each of backends) {
    const backend = nameOf(each);
    try {
      await start(each, options);
      await requireAgreement(backend);
      found.push({ backend, ms: backends.length > 1 ? await trainingMs(backend, util.now) : 0 });
    } catch (cause) {
      refusals.push(`${backend} is not used: ${messageOf(cause)}`);
    }
  }
  const fastest = found.sort((a, b) => a.ms - b.ms)[0];
  if (!fastest) {
    await startForFused();
    throw new MurmurationError('engine.no-backend', refusals.join('; ') || noneNamed);
  }
  await setBackend(fastest.backend);
  await memory?.keep(fastest.backend).catch(() => {});
  const figures = found.map(({ backend, ms }) => `${backend} ${ms.toFixed(1)} ms a step of a probe`);
  return { backend: fastest.backend, reason: [...figures, ...refusals].join('; ') };
}

const noneNamed =
  "The fused kernels don't know this model, and there is no backend of TensorFlow.js here: name wasmPath, or give backends: [webgl] with { webgl } of @murmuration/engine/webgl.";

async function start(backend: BrowserBackend, { wasmPath }: BrowserBackendOptions): Promise<void> {
  if (backend === 'wasm') {
    // The threads of tfjs are scripts made from text, which a strict content security policy forbids.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    setWasmPaths(wasmPath);
    registerKernels();
    if (await setBackend(backend)) return;
    throw new Error(
      `it does not start with the .wasm files of ${wasmPath}: copy them there, or set wasmPath`,
    );
  }
  try {
    await backend.load();
  } catch (cause) {
    throw new Error(`it does not load: ${messageOf(cause)}`);
  }
  if (!findBackendFactory(backend.name) || !(await setBackend(backend.name)))
    throw new Error('this browser has none');
}

/** Address at which a coordinator of the page's origin serves the .wasm files of tfjs. */
export function servedWasmPath(): string {
  return new URL(wasmFilesPath, globalThis.location.href).href;
}
