import type { Address, Kernels } from './kernels.ts';
import { type KernelCall, perform } from './threads/call.ts';
import type { Team } from './threads/team.ts';

const PAGE = 65_536;
/** Bytes of a cache line: every region begins on one, since kernels read whole vectors and cache lines. */
const ALIGNMENT = 64;

/** Memory of the kernels, in pages of 64 KiB: that of WebAssembly, or one like it. */
export interface KernelMemory {
  /** Whole memory; replaced when it grows. */
  readonly buffer: ArrayBufferLike;
  /** Grows by `pages` pages; throws `RangeError` if the system has none. */
  grow(pages: number): number;
}

/** Sizes of the blocks of rows in which a loss is computed. */
export interface Blocks {
  /** Most logits of a block. */
  readonly logits: number;
  /** Fewest rows of a block, however many logits they have. */
  readonly rows: number;
}

/**
 * Memory of one model in training or in use, and the kernels over it. Regions are reserved first, which only
 * adds up the bytes they need, and then allocated all at once. Memory only grows; it is freed with its
 * workspace.
 */
export class Workspace {
  #kernels: Kernels;
  readonly #memory: KernelMemory;
  #team: Team | null = null;
  #end = ALIGNMENT;
  #floats: Float32Array;
  #ints: Int32Array;

  readonly blocks: Blocks;

  /**
   * @param kernels over this memory.
   * @param blocks 2 MB by default, which stay in a cache.
   */
  constructor(kernels: Kernels, memory: KernelMemory, blocks: Blocks = { logits: 524_288, rows: 16 }) {
    this.blocks = blocks;
    this.#kernels = kernels;
    this.#memory = memory;
    this.#floats = new Float32Array(memory.buffer);
    this.#ints = new Int32Array(memory.buffer);
  }

  /**
   * Shares the work of its kernels among the threads of a team until it is closed; results are the same
   * bytes.
   * @param kernels those of the team.
   */
  employ(team: Team, kernels: Kernels): void {
    this.#team = team;
    this.#kernels = kernels;
  }

  get kernels(): Kernels {
    return this.#kernels;
  }

  /** Number of threads that do its work. */
  get threads(): number {
    return this.#team?.threads ?? 1;
  }

  /** Runs small calls with separate outputs, in any order. */
  together(calls: readonly KernelCall[]): void {
    if (this.#team) this.#team.run(calls);
    else for (const call of calls) perform(this.#kernels, call);
  }

  /** Ends its threads; no other call may follow. */
  async close(): Promise<void> {
    await this.#team?.end();
  }

  /** Bytes up to the end of the last region. */
  get bytes(): number {
    return this.#end;
  }

  /** Bytes allocated from the system. */
  get capacity(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Releases all regions and fills the memory with zeros. */
  clear(): void {
    this.#end = ALIGNMENT;
    this.#ints.fill(0);
  }

  /** Whole memory as floats; the float at address `a` is `floats[a / 4]`. Replaced by each `commit`. */
  get floats(): Float32Array {
    return this.#floats;
  }

  /** Whole memory as integers, likewise. */
  get ints(): Int32Array {
    return this.#ints;
  }

  /**
   * Reserves a region of `values` four-byte values, whose initial contents are undefined. Not to be used
   * before `commit`.
   */
  reserve(values: number): Address {
    return this.reserveBytes(4 * values);
  }

  reserveBytes(bytes: number): Address {
    const start = this.#end;
    this.#end = Math.ceil((start + bytes) / ALIGNMENT) * ALIGNMENT;
    return start;
  }

  /** Releases the regions from `end` on; `end` is an earlier value of `bytes`. */
  release(end: number): void {
    this.#end = end;
  }

  /** Allocates the reserved memory. Throws `RangeError` if the system has no more. */
  commit(): void {
    const missing = Math.ceil(this.#end / PAGE) - this.#memory.buffer.byteLength / PAGE;
    if (missing <= 0) return;
    this.#memory.grow(missing);
    this.#floats = new Float32Array(this.#memory.buffer);
    this.#ints = new Int32Array(this.#memory.buffer);
  }

  /** Floats of a region, in place; valid until the next `commit`. */
  view(address: Address, length: number): Float32Array {
    return this.#floats.subarray(address / 4, address / 4 + length);
  }

  zero(address: Address, values: number): void {
    this.#floats.fill(0, address / 4, address / 4 + values);
  }
}
