import { byKernels, memoryOf } from '../kernels/instantiate.ts';
import { sumKernels } from '../kernels/sum-kernels.ts';
import { addPacked, beyondContribution, isBeyond, requirePacked } from './ring.ts';

/** Ring elements to which packed vectors are added. */
export interface RingVector {
  /** Elements modulo 2³²: bits above those of the ring have no meaning until `centre`. */
  readonly elements: Int32Array;
  /** Adds as `addPacked` of `ring.ts` does, with its checks and errors. */
  add(packed: Uint8Array, width: number, bits?: number): void;
}

/** Creates `length` zeros, in the memory of the kernels if available. */
export function ringVector(length: number): RingVector {
  return byKernels(
    () => kernelRingVector(length),
    () => scalarRingVector(length),
  );
}

/**
 * Elements that are unpacked at a time, a multiple of 8: at most 256 KiB, which stay in a core's own cache.
 */
const unpackedAtOnce = 65_536;

const scratchAt = 64;
const piecesAt = 128;
/** Bytes that the kernels may read beyond the last element. */
const overreadBytes = 16;

/**
 * Creates a vector in WebAssembly, in memory of its own. Throws if the platform has no SIMD, or no memory
 * left.
 */
export function kernelRingVector(length: number): RingVector {
  const sumAt = piecesAt + 4 * Math.min(unpackedAtOnce, Math.ceil(length / 8) * 8);
  const memory = memoryOf(sumAt + 4 * length + overreadBytes);
  const kernels = sumKernels(memory);
  const pieces = new Uint8Array(memory.buffer, piecesAt, sumAt - piecesAt);

  /** Calls `use` with each piece of `packed` once it is in the kernels' memory. */
  function eachPiece(packed: Uint8Array, width: number, use: (count: number, sum: number) => void): void {
    for (let from = 0; from < length; from += unpackedAtOnce) {
      const count = Math.min(unpackedAtOnce, length - from);
      const byte = (from / 8) * width;
      pieces.set(packed.subarray(byte, byte + Math.ceil((count * width) / 8)));
      use(count, sumAt + 4 * from);
    }
  }

  return {
    elements: new Int32Array(memory.buffer, sumAt, length),
    add(packed, width, bits = width) {
      requirePacked(packed, length, width);
      const half = 2 ** (bits - 1);
      let seen = 0;
      eachPiece(packed, width, (count, sum) => {
        seen |= kernels.addPacked(count, width, half, piecesAt, sum, scratchAt);
      });
      if (!isBeyond(seen, width, bits)) return;
      eachPiece(packed, width, (count, sum) => {
        kernels.subtractPacked(count, width, piecesAt, sum, scratchAt);
      });
      throw beyondContribution(bits);
    },
  };
}

/** Creates a vector in JavaScript, for platforms without WebAssembly. */
export function scalarRingVector(length: number): RingVector {
  const elements = new Int32Array(length);
  return { elements, add: (packed, width, bits) => addPacked(elements, packed, width, bits) };
}
