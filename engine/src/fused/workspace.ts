import { type Address, type Kernels, kernelsModule, kernelsOver } from './kernels.ts';
import { controlBytes } from './threads/helper.ts';
import { MAX_PAGES } from './threads/shared-module.ts';
import { split } from './threads/split.ts';
import { type Call, perform, Team } from './threads/team.ts';

const PAGE = 65_536;
/** Kernels read whole vectors and cache lines: every region begins on one. */
const ALIGNMENT = 64;

/**
 * The memory of one model in training or in use, and the kernels over it. Regions are reserved first, which costs nothing and
 * tells the bytes that are needed, and then taken from the system all at once. Memory only grows; it is freed with its workspace.
 */
export class Workspace {
  #kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  #team: Team | null = null;
  #end = ALIGNMENT;
  #floats: Float32Array;
  #ints: Int32Array;

  private constructor(kernels: Kernels, memory: WebAssembly.Memory) {
    this.#kernels = kernels;
    this.#memory = memory;
    this.#floats = new Float32Array(memory.buffer);
    this.#ints = new Int32Array(memory.buffer);
  }

  /** Rejects where WebAssembly has no SIMD or is forbidden. @param reproducible see `kernelsModule`. */
  static async create(reproducible = true): Promise<Workspace> {
    const memory = new WebAssembly.Memory({ initial: 1 });
    return new Workspace(await kernelsOver(await kernelsModule(reproducible, false), memory), memory);
  }

  /**
   * One whose kernels share their work among `threads` threads, 2 or more, until it is closed; the results are the same bytes. Rejects
   * where threads share no memory, or no more of them start.
   *
   * @param smallest see `split`.
   */
  static async createShared(threads: number, reproducible = true, smallest = 1): Promise<Workspace> {
    requireWaiting();
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
    const module = await kernelsModule(reproducible, true);
    const kernels = await kernelsOver(module, memory);
    const workspace = new Workspace(kernels, memory);
    const control = workspace.reserveBytes(controlBytes);
    const scratches = Array.from({ length: threads - 1 }, () =>
      workspace.reserveBytes(kernels.scratchBytes()),
    );
    workspace.commit();
    workspace.#team = await Team.start({ module, memory, kernels, control, scratches });
    workspace.#kernels = split(kernels, workspace.#team, smallest);
    return workspace;
  }

  get kernels(): Kernels {
    return this.#kernels;
  }

  /** How many threads do its work. */
  get threads(): number {
    return this.#team?.threads ?? 1;
  }

  /** Makes calls that are small each, and whose outputs are apart, in any order. */
  together(calls: readonly Call[]): void {
    if (this.#team) this.#team.run(calls);
    else for (const call of calls) perform(this.#kernels, call);
  }

  /** Ends its threads; it is not to be used any more. */
  async close(): Promise<void> {
    await this.#team?.end();
  }

  /** Bytes up to the end of the last region. */
  get bytes(): number {
    return this.#end;
  }

  /** Bytes that it has from the system. */
  get capacity(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Gives back all regions, and leaves nothing in them. */
  clear(): void {
    this.#end = ALIGNMENT;
    this.#ints.fill(0);
  }

  /** All of the memory as floats; the float at address `a` is `floats[a / 4]`. Taken anew after each `commit`. */
  get floats(): Float32Array {
    return this.#floats;
  }

  /** All of the memory as integers, likewise. */
  get ints(): Int32Array {
    return this.#ints;
  }

  /** A new region of so many four-byte values, filled with whatever was there. Not to be touched before `commit`. */
  reserve(values: number): Address {
    return this.reserveBytes(4 * values);
  }

  reserveBytes(bytes: number): Address {
    const start = this.#end;
    this.#end = Math.ceil((start + bytes) / ALIGNMENT) * ALIGNMENT;
    return start;
  }

  /** Gives back the regions from `end` on, an earlier value of `bytes`. */
  release(end: number): void {
    this.#end = end;
  }

  /** Takes what is reserved from the system. Throws `RangeError` where the system has no more. */
  commit(): void {
    const missing = Math.ceil(this.#end / PAGE) - this.#memory.buffer.byteLength / PAGE;
    if (missing <= 0) return;
    this.#memory.grow(missing);
    this.#floats = new Float32Array(this.#memory.buffer);
    this.#ints = new Int32Array(this.#memory.buffer);
  }

  /** The floats of a region, in place; valid until the next `commit`. */
  view(address: Address, length: number): Float32Array {
    return this.#floats.subarray(address / 4, address / 4 + length);
  }

  zero(address: Address, values: number): void {
    this.#floats.fill(0, address / 4, address / 4 + values);
  }
}

/** Throws where a thread may share no memory, or not wait for others, as that of a page. */
function requireWaiting(): void {
  if (typeof SharedArrayBuffer === 'undefined')
    throw new Error('there is no SharedArrayBuffer, since the page is not cross-origin isolated');
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
  } catch (cause) {
    throw new Error('this thread, as that of a page, may not wait for others', { cause });
  }
}
