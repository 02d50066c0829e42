import { byKernels, memoryOf } from '../kernels/instantiate.ts';
import { updateKernels } from '../kernels/update-kernels.ts';

/** Transforms in place of vectors whose length is a power of two; the same bytes on every platform. */
export interface Hadamard {
  /** Walsh–Hadamard transform in natural order, not normalised. */
  transform(vector: Float32Array): void;
  /** Multiplies each value by `factor`, and by −1 if bit `i mod 8` of byte `⌊i/8⌋` of `signs` is one. */
  scaleSigned(vector: Float32Array, signs: Uint8Array, factor: number): void;
}

let fastest: Hadamard | undefined;

/** Fastest implementation of the platform. */
export function hadamard(): Hadamard {
  fastest ??= byKernels(kernelHadamard, () => scalarHadamard);
  return fastest;
}

/** Floats in the kernels' memory at once, a power of two: 256 KiB, which stay in a core's own cache. */
const kernelFloats = 65_536;
/** Length below which the kernels can't use their lanes. */
const minKernelLength = 32;

/**
 * Creates transforms in WebAssembly, with 264 KiB of memory for any length. Throws if the platform has no
 * SIMD.
 */
export function kernelHadamard(): Hadamard {
  const signsAt = 4 * kernelFloats;
  const memory = memoryOf(signsAt + kernelFloats / 8);
  const kernels = updateKernels(memory);
  const piece = new Float32Array(memory.buffer, 0, kernelFloats);
  const pieceSigns = new Uint8Array(memory.buffer, signsAt, kernelFloats / 8);

  /**
   * Runs the stages with strides of a piece or more: columns with a row for each piece go through the memory
   * side by side.
   */
  function joinPieces(vector: Float32Array): void {
    const width = kernelFloats / (vector.length / kernelFloats);
    for (let column = 0; column < kernelFloats; column += width) {
      for (let at = column, to = 0; at < vector.length; at += kernelFloats, to += width)
        piece.set(vector.subarray(at, at + width), to);
      kernels.butterflies(kernelFloats, 0, width);
      for (let at = column, from = 0; at < vector.length; at += kernelFloats, from += width)
        vector.set(piece.subarray(from, from + width), at);
    }
  }

  return {
    transform(vector) {
      if (vector.length < minKernelLength) return scalarHadamard.transform(vector);
      for (let from = 0; from < vector.length; from += kernelFloats) {
        const part = vector.subarray(from, from + kernelFloats);
        piece.set(part);
        kernels.transform(part.length, 0);
        part.set(piece.subarray(0, part.length));
      }
      if (vector.length > kernelFloats) joinPieces(vector);
    },
    scaleSigned(vector, signs, factor) {
      if (vector.length < minKernelLength) return scalarHadamard.scaleSigned(vector, signs, factor);
      for (let from = 0; from < vector.length; from += kernelFloats) {
        const part = vector.subarray(from, from + kernelFloats);
        piece.set(part);
        pieceSigns.set(signs.subarray(from / 8, (from + part.length) / 8));
        kernels.scaleSigned(part.length, 0, signsAt, factor);
        part.set(piece.subarray(0, part.length));
      }
    },
  };
}

/** Transforms in JavaScript, for platforms without WebAssembly. */
export const scalarHadamard: Hadamard = {
  transform(vector) {
    const { length } = vector;
    let half = 1;
    for (; 4 * half <= length; half *= 4) {
      for (let at = 0; at < length; at += 4 * half) {
        for (let i = at; i < at + half; i++) {
          const a = vector[i]!;
          const b = vector[i + half]!;
          const c = vector[i + 2 * half]!;
          const d = vector[i + 3 * half]!;
          const e = Math.fround(a + b);
          const f = Math.fround(a - b);
          const g = Math.fround(c + d);
          const h = Math.fround(c - d);
          vector[i] = e + g;
          vector[i + half] = f + h;
          vector[i + 2 * half] = e - g;
          vector[i + 3 * half] = f - h;
        }
      }
    }
    if (half === length) return;
    for (let i = 0; i < half; i++) {
      const a = vector[i]!;
      const b = vector[i + half]!;
      vector[i] = a + b;
      vector[i + half] = a - b;
    }
  },
  scaleSigned(vector, signs, factor) {
    const rounded = Math.fround(factor);
    // The sign is the highest bit of a float32; a branch on random bits would be mispredicted half the time.
    const bits = new Int32Array(vector.buffer, vector.byteOffset, vector.length);
    for (let i = 0; i < vector.length; i++) {
      vector[i] = vector[i]! * rounded;
      bits[i] = bits[i]! ^ ((signs[i >> 3]! >> (i & 7)) << 31);
    }
  },
};
