import { byKernels, memoryOf } from '../kernels/instantiate.ts';
import { maskKernels } from '../kernels/mask-kernels.ts';

/**
 * Writes the low `width` bits of each element into `packed`, which has `packedLength` bytes; see `packRing`.
 */
export type Pack = (elements: Int32Array, width: number, packed: Uint8Array) => void;

/** Elements that are packed at a time, a multiple of 8. */
const packedAtOnce = 16_384;
/** Bytes that the kernel may overwrite after the last one. */
const overwrittenBytes = 8;

let fastest: Pack | undefined;

/** Packs with the fastest implementation of the platform. */
export function pack(elements: Int32Array, width: number, packed: Uint8Array): void {
  fastest ??= byKernels(kernelPack, () => scalarPack);
  fastest(elements, width, packed);
}

/** Creates a packer in WebAssembly, with 128 KiB of memory. Throws if the platform has no SIMD. */
export function kernelPack(): Pack {
  const packedAt = 4 * packedAtOnce;
  const memory = memoryOf(2 * packedAt + overwrittenBytes);
  const kernels = maskKernels(memory);
  const piece = new Int32Array(memory.buffer, 0, packedAtOnce);
  const packedPiece = new Uint8Array(memory.buffer, packedAt, packedAt);
  return (elements, width, packed) => {
    // Elements of 32 bits are packed already in memory.
    if (width === 32) {
      packed.set(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength));
      return;
    }
    for (let from = 0; from < elements.length; from += packedAtOnce) {
      const count = Math.min(packedAtOnce, elements.length - from);
      piece.set(elements.subarray(from, from + count));
      kernels.pack(count, width, 0, packedAt);
      packed.set(packedPiece.subarray(0, Math.ceil((count * width) / 8)), (from / 8) * width);
    }
  };
}

/** Packs in JavaScript, for platforms without WebAssembly. */
export function scalarPack(elements: Int32Array, width: number, packed: Uint8Array): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const mask = width === 32 ? -1 : 2 ** width - 1;
  // The lowest `bits` bits of `pending` are not written yet; the others are zero.
  let pending = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i]! & mask;
    pending |= element << bits;
    bits += width;
    if (bits < 32) continue;
    view.setInt32(at, pending, true);
    at += 4;
    bits -= 32;
    // A shift by 32 would do nothing.
    pending = bits === 0 ? 0 : element >>> (width - bits);
  }
  for (; bits > 0; bits -= 8, pending >>>= 8) packed[at++] = pending;
}
