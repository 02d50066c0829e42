import { type Address, type Kernels, kernelsOver } from './kernels.ts';

const PAGE = 65_536;
/** Kernels read whole vectors and cache lines: every region begins on one. */
const ALIGNMENT = 64;

/**
 * The memory of one model in training or in use, and the kernels over it. Regions are reserved first, which costs nothing and
 * tells the bytes that are needed, and then taken from the system all at once. Memory only grows; it is freed with its workspace.
 */
export class Workspace {
  readonly kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  #end = ALIGNMENT;
  #floats: Float32Array;
  #ints: Int32Array;

  private constructor(kernels: Kernels, memory: WebAssembly.Memory) {
    this.kernels = kernels;
    this.#memory = memory;
    this.#floats = new Float32Array(memory.buffer);
    this.#ints = new Int32Array(memory.buffer);
  }

  /** Rejects where WebAssembly has no SIMD or is forbidden. @param reproducible see `kernelsOver`. */
  static async create(reproducible = true): Promise<Workspace> {
    const memory = new WebAssembly.Memory({ initial: 1 });
    return new Workspace(await kernelsOver(memory, reproducible), memory);
  }

  /** Bytes up to the end of the last region. */
  get bytes(): number {
    return this.#end;
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
