import { kernelsBase64 } from './binary.js';
import type { Kernels } from './kernels.ts';
import { controlBytes } from './threads/helper.ts';
import { MAX_PAGES, sharing } from './threads/shared-module.ts';
import { split } from './threads/split.ts';
import { Team } from './threads/team.ts';
import { Workspace } from './workspace.ts';

const compiled = new Map<string, Promise<WebAssembly.Module>>();
let given: WebAssembly.Module | undefined;

/**
 * Sets the kernels to a module that was compiled elsewhere, for platforms that compile no bytes at run time:
 * `@murmuration/engine/kernels.wasm`, which bundlers of such platforms import as a module. Applies to all
 * models that are opened afterwards.
 */
export function useKernels(module: WebAssembly.Module): void {
  given = module;
}

/**
 * Kernels, compiled once in a thread; rejects if WebAssembly has no SIMD or is forbidden.
 *
 * @param reproducible false for the build with fused multiply-add, if this machine has relaxed SIMD: fewer
 * instructions, which is faster on processors that add and multiply in the same units, but results differ in
 * their last digits from machine to machine.
 * @param shared true if they run over memory that threads share.
 */
function kernelsModule(reproducible: boolean, shared: boolean): Promise<WebAssembly.Module> {
  if (given && !shared) return Promise.resolve(given);
  const key = `${reproducible} ${shared}`;
  let module = compiled.get(key);
  if (!module) {
    module = compile(reproducible, shared);
    compiled.set(key, module);
  }
  return module;
}

async function kernelsOver(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as Kernels;
}

async function compile(reproducible: boolean, shared: boolean): Promise<WebAssembly.Module> {
  const bytes = reproducible ? bytesOf(kernelsBase64) : await relaxed();
  return WebAssembly.compile(shared ? sharing(bytes) : bytes);
}

async function relaxed(): Promise<Uint8Array<ArrayBuffer>> {
  const { relaxedKernelsBase64 } = await import('./relaxed-binary.js');
  const bytes = bytesOf(relaxedKernelsBase64);
  return WebAssembly.validate(bytes) ? bytes : bytesOf(kernelsBase64);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), byte => byte.charCodeAt(0));
}

/**
 * Creates a workspace with its own memory. Rejects if WebAssembly has no SIMD or is forbidden.
 * @param reproducible see `kernelsModule`.
 */
export async function createWorkspace(reproducible = true): Promise<Workspace> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return new Workspace(await kernelsOver(await kernelsModule(reproducible, false), memory), memory);
}

/**
 * Creates a workspace whose kernels share their work among `threads` threads, 2 or more, until it is closed;
 * results are the same bytes. Rejects if threads can't share memory, or a thread does not start.
 *
 * @param smallest see `split`.
 */
export async function createSharedWorkspace(
  threads: number,
  reproducible = true,
  smallest = 1,
): Promise<Workspace> {
  requireWaiting();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
  const module = await kernelsModule(reproducible, true);
  const kernels = await kernelsOver(module, memory);
  const workspace = new Workspace(kernels, memory);
  const control = workspace.reserveBytes(controlBytes);
  const scratches = Array.from({ length: threads - 1 }, () =>
    workspace.reserveBytes(kernels.scratchBytes(0)),
  );
  workspace.commit();
  const team = await Team.start({ module, memory, kernels, control, scratches });
  workspace.employ(team, split(kernels, team, smallest));
  return workspace;
}

/** Throws if this thread can't share memory, or can't wait for others, like a page's main thread. */
function requireWaiting(): void {
  if (typeof SharedArrayBuffer === 'undefined')
    throw new Error('there is no SharedArrayBuffer, since the page is not cross-origin isolated');
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
  } catch (cause) {
    throw new Error('this thread, as that of a page, may not wait for others', { cause });
  }
}
