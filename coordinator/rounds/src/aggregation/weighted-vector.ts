import { byKernels, memoryOf } from '@murmuration/protocol/kernels/instantiate';
import { sumKernels } from '@murmuration/protocol/kernels/sum-kernels';

/**
 * Sum of weighted float32 vectors in float64. It takes each vector in before it adds it, so that the caller
 * can judge it in between.
 */
export interface WeightedVector {
  /** The sum, in place. */
  readonly values: Float64Array;
  /**
   * Takes a vector in, as long as the sum, and returns the sum of its squares: exact to a few millionths, too
   * small by at most `lostSquare` a value, and not finite if a value is not finite or a square is beyond the
   * range of a float32.
   */
  take(delta: Float32Array): number;
  /** Adds `weight` × the vector that was last taken in. */
  add(weight: number): void;
}

/** Smallest square that is as exact as others in float32. */
export const lostSquare = 2 ** -126;

/** Returns a sum of `length` zeros, in the memory of the kernels if these are available. */
export function weightedVector(length: number): WeightedVector {
  return byKernels(
    () => kernelWeightedVector(length),
    () => scalarWeightedVector(length),
  );
}

/**
 * Returns a sum in WebAssembly, with its own memory of 12 bytes a value: the sum, and the current vector,
 * copied whole, which is faster than piece by piece. Throws if the platform has no SIMD, or no memory left.
 */
export function kernelWeightedVector(length: number): WeightedVector {
  const sumAt = Math.ceil((4 * length) / 64) * 64;
  const memory = memoryOf(sumAt + 8 * length);
  const kernels = sumKernels(memory);
  const taken = new Float32Array(memory.buffer, 0, length);
  return {
    values: new Float64Array(memory.buffer, sumAt, length),
    take(delta) {
      taken.set(delta);
      return kernels.squares(length, 0);
    },
    add: weight => kernels.multiplyAdd(length, sumAt, 0, weight),
  };
}

/** Returns a sum in JavaScript, for platforms without WebAssembly: the squares are exact to 15 digits. */
export function scalarWeightedVector(length: number): WeightedVector {
  const sum = new Float64Array(length);
  let taken: Float32Array = new Float32Array(0);
  return {
    values: sum,
    take(delta) {
      taken = delta;
      return squaredNorm(delta);
    },
    add(weight) {
      const delta = taken;
      const even = sum.length & ~3;
      for (let i = 0; i < even; i += 4) {
        sum[i] = sum[i]! + weight * delta[i]!;
        sum[i + 1] = sum[i + 1]! + weight * delta[i + 1]!;
        sum[i + 2] = sum[i + 2]! + weight * delta[i + 2]!;
        sum[i + 3] = sum[i + 3]! + weight * delta[i + 3]!;
      }
      for (let i = even; i < sum.length; i++) sum[i] = sum[i]! + weight * delta[i]!;
    },
  };
}

/**
 * Returns the sum of the squares. It keeps four sums, since a single one would wait for each addition to end.
 */
export function squaredNorm(values: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const even = values.length & ~3;
  for (let i = 0; i < even; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  for (let i = even; i < values.length; i++) a += values[i]! * values[i]!;
  return a + b + c + d;
}
