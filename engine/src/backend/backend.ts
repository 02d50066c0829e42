import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { setWasmPaths } from '#tfjs-wasm';
import { registerKernels } from '../kernels/register.ts';
import { env, setBackend, util } from '../tfjs/tf.ts';
import { requireAgreement, trainingMs } from './self-test.ts';

/** Backend that a process trains on, and the reason for the log. */
export interface ChosenBackend {
  readonly backend: 'wasm' | 'tensorflow';
  /** Reason in one readable sentence. */
  readonly reason: string;
}

export interface BackendOptions {
  /**
   * Folder or URL (ending in a slash) of tfjs' .wasm files; by default the installed package's own. Has no
   * effect once WebAssembly runs in this process or worker.
   */
  readonly wasmPath?: string;
  /** Monotonic clock in milliseconds for the measurement; by default tfjs' own. */
  readonly now?: () => number;
  /** Imports the native backend and registers it as `tensorflow`; rejects if it is not installed. */
  readonly loadNative?: () => Promise<unknown>;
}

/**
 * Starts the fastest backend on which training works, and makes it current for this process or worker:
 * WebAssembly, or `@tensorflow/tfjs-node` if it is installed, its gradients agree with the CPU backend's, and
 * a short measurement shows it faster. The slow CPU backend is never chosen.
 *
 * @throws MurmurationError `engine.no-backend` when WebAssembly does not start.
 */
export function startBackend(options: BackendOptions = {}): Promise<ChosenBackend> {
  return starts.run(() => start(options));
}

/** Runs starts one by one: of two concurrent starts, tfjs lets only the newer one succeed. */
const starts = new PromiseQueue();

async function start({
  wasmPath,
  now = util.now,
  loadNative = importNative,
}: BackendOptions): Promise<ChosenBackend> {
  const wasm = await startWasm(wasmPath);
  const native = await tryNative(loadNative, now);
  if (native.faster) return { backend: 'tensorflow', reason: native.reason };
  await setBackend('wasm');
  return { backend: 'wasm', reason: `${wasm}; ${native.reason}` };
}

async function startWasm(wasmPath: string | undefined): Promise<string> {
  let started = false;
  try {
    if (wasmPath !== undefined) setWasmPaths(wasmPath);
    registerKernels();
    started = await keepingProcessListeners(() => setBackend('wasm'));
  } catch (cause) {
    throw new MurmurationError('engine.no-backend', `WebAssembly does not start: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (!started) {
    const where = wasmPath === undefined ? 'the installed @murmuration/engine' : wasmPath;
    throw new MurmurationError(
      'engine.no-backend',
      `WebAssembly does not start with the .wasm files of ${where}; check that they are there and readable.`,
    );
  }
  const simd = await env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return simd ? 'WebAssembly with SIMD' : 'WebAssembly without SIMD, which this device lacks';
}

/** Tries the native backend; leaves it current if it is trusted and faster. */
async function tryNative(
  loadNative: () => Promise<unknown>,
  now: () => number,
): Promise<{ faster: boolean; reason: string }> {
  const refused = (reason: string) => ({ faster: false, reason: `tfjs-node ${reason}` });
  try {
    await loadNative();
  } catch (cause) {
    return refused(isMissing(cause) ? 'is not installed' : `does not load: ${messageOf(cause)}`);
  }
  try {
    const wasmMs = await trainingMs('wasm', now);
    await requireAgreement('tensorflow');
    const nativeMs = await trainingMs('tensorflow', now);
    const figures = `${nativeMs.toFixed(1)} ms a step against ${wasmMs.toFixed(1)} ms on WebAssembly`;
    if (nativeMs >= wasmMs) return refused(`is not faster: ${figures}`);
    return { faster: true, reason: `tfjs-node is faster: ${figures}` };
  } catch (cause) {
    return refused(`is not trusted: ${messageOf(cause)}`);
  }
}

/**
 * Imports by a variable specifier, so that bundlers and type checks ignore a package that need not be
 * installed.
 */
function importNative(): Promise<unknown> {
  const specifier: string = '@tensorflow/tfjs-node';
  return import(specifier);
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
}

/**
 * Runs `start`, then removes the process listeners that it added. On Node, Emscripten's loader listens for
 * uncaught errors of the whole process and throws them again, past any handler of the app.
 */
async function keepingProcessListeners<T>(start: () => Promise<T>): Promise<T> {
  const host = globalThis.process as NodeJS.Process | undefined;
  if (typeof host?.listeners !== 'function') return start();
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map(
    event => [event, new Set<unknown>(host.listeners(event as 'uncaughtException'))] as const,
  );
  try {
    return await start();
  } finally {
    for (const [event, listeners] of before) {
      for (const listener of host.listeners(event as 'uncaughtException')) {
        if (!listeners.has(listener)) host.removeListener(event, listener);
      }
    }
  }
}
