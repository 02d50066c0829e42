import { byKernels, memoryOf } from '@murmuration/protocol/kernels/instantiate';
import { sumKernels } from '@murmuration/protocol/kernels/sum-kernels';

/** A sum of weighted float32 vectors in float64, which takes each vector in before it adds it, so that it can be judged between. */
export interface WeightedVector {
  /** The sum, in place. */
  readonly values: Float64Array;
  /**
   * Takes a vector in, as long as the sum, and gives the sum of its squares: within a few millionths, too small by at most
   * `lostSquare` a value, and no finite number where a value is none or a square is beyond the range of a float32.
   */
  take(delta: Float32Array): number;
  /** Adds `weight` × the vector that was taken in last. */
  add(weight: number): void;
}

/** The smallest square that is no less exact than others in float32. */
export const lostSquare = 2 ** -126;

/** `length` zeros, in the memory of the kernels where these are to be had. */
export function weightedVector(length: number): WeightedVector {
  return byKernels(
    () => kernelWeightedVector(length),
    () => scalarWeightedVector(length),
  );
}

/**
 * By WebAssembly, in memory of its own, 12 bytes a value: the sum, and the vector that was taken in, copied whole, which is faster
 * than piece by piece. Throws where the platform has no SIMD, or no memory left.
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

/** In JavaScript, for platforms without WebAssembly: the squares are exact to 15 digits. */
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

/** The sum of the squares. Four sums at a time, since one would wait for the last addition before it begins the next. */
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
