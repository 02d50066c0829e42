import { byKernels, memoryOf } from '../kernels/instantiate.ts';
import { updateKernels } from '../kernels/update-kernels.ts';
import type { RandomBytes } from '../random/random-bytes.ts';

/** Values to round to integers. */
export interface Rounded {
  readonly values: Float32Array;
  /** Value of one unit. */
  readonly step: number;
  /** Largest magnitude of a result, before the weight. */
  readonly largest: number;
  /** Integer factor of each result. */
  readonly weight: number;
  readonly random: RandomBytes;
}

/**
 * Writes ⌊value / step + u⌋, clamped to ±largest, times the weight into `ring`: u is the middle of one of
 * 65,536 equal parts of 0 to 1, drawn with two bytes a value, little-endian, so that it is between 0 and 1,
 * and ½ on average. The same bytes on every platform.
 */
export type Rounding = (rounded: Rounded, ring: Int32Array) => void;

let fastest: Rounding | undefined;

/** Fastest implementation of the platform. */
export function rounding(): Rounding {
  fastest ??= byKernels(kernelRounding, () => scalarRounding);
  return fastest;
}

/** Values whose bytes are drawn at a time, a multiple of 4. */
const valuesAtOnce = 4_096;

/** Creates a rounding in WebAssembly, with 24 KiB of memory. Throws if the platform has no SIMD. */
export function kernelRounding(): Rounding {
  const noiseAt = 4 * valuesAtOnce;
  const memory = memoryOf(noiseAt + 2 * valuesAtOnce);
  const kernels = updateKernels(memory);
  const piece = new Float32Array(memory.buffer, 0, valuesAtOnce);
  const integers = new Int32Array(memory.buffer, 0, valuesAtOnce);
  const noise = new Uint8Array(memory.buffer, noiseAt, 2 * valuesAtOnce);
  return ({ values, step, largest, weight, random }, ring) => {
    for (let from = 0; from < values.length; from += valuesAtOnce) {
      const count = Math.min(valuesAtOnce, values.length - from);
      piece.set(values.subarray(from, from + count));
      noise.set(random(2 * count));
      kernels.round(count, 0, noiseAt, step, largest, weight);
      ring.set(integers.subarray(0, count), from);
    }
  };
}

/** Rounds in JavaScript, for platforms without WebAssembly. */
export const scalarRounding: Rounding = ({ values, step, largest, weight, random }, ring) => {
  for (let from = 0; from < values.length; from += valuesAtOnce) {
    const count = Math.min(valuesAtOnce, values.length - from);
    const bytes = random(2 * count);
    for (let i = 0; i < count; i++) {
      const part = (bytes[2 * i]! + 256 * bytes[2 * i + 1]! + 0.5) / 65_536;
      const rounded = Math.floor(values[from + i]! / step + part);
      ring[from + i] = Math.max(-largest, Math.min(largest, rounded)) * weight;
    }
  }
};
