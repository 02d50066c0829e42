import type { Address, Kernels } from './kernels.ts';
import { type Call, perform } from './threads/call.ts';
import type { Team } from './threads/team.ts';

const PAGE = 65_536;
/** Kernels read whole vectors and cache lines: every region begins on one. */
const ALIGNMENT = 64;

/** Memory that kernels work on, of pages of 64 KiB: that of WebAssembly, or one like it. */
export interface KernelMemory {
  /** All of it, until it grows. */
  readonly buffer: ArrayBufferLike;
  /** Takes so many pages more; throws `RangeError` where the system has none. */
  grow(pages: number): number;
}

/** Of a loss, which is worked out in blocks of rows. */
export interface Blocks {
  /** Logits of a block, at most. */
  readonly logits: number;
  /** Rows of a block, at least, however many logits these have. */
  readonly rows: number;
}

/**
 * The memory of one model in training or in use, and the kernels over it. Regions are reserved first, which costs nothing and
 * tells the bytes that are needed, and then taken from the system all at once. Memory only grows; it is freed with its workspace.
 */
export class Workspace {
  #kernels: Kernels;
  readonly #memory: KernelMemory;
  #team: Team | null = null;
  #end = ALIGNMENT;
  #floats: Float32Array;
  #ints: Int32Array;

  readonly blocks: Blocks;

  /** @param kernels over this memory. @param blocks of 2 MB by default, which stay in a cache. */
  constructor(kernels: Kernels, memory: KernelMemory, blocks: Blocks = { logits: 524_288, rows: 16 }) {
    this.blocks = blocks;
    this.#kernels = kernels;
    this.#memory = memory;
    this.#floats = new Float32Array(memory.buffer);
    this.#ints = new Int32Array(memory.buffer);
  }

  /** Shares the work of its kernels among the threads of a team until it is closed; the results are the same bytes. @param kernels those of the team. */
  employ(team: Team, kernels: Kernels): void {
    this.#team = team;
    this.#kernels = kernels;
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
