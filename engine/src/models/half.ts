import { numberToHalf } from '@murmuration/protocol/tensors/half';

/** Largest finite number of float16. */
const largest = 65_504;

/**
 * Rounds values to IEEE 754 binary16, to the nearest, ties to even; values beyond its range become its
 * largest number.
 */
export function float16Of(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let at = 0; at < values.length; at++)
    halves[at] = numberToHalf(Math.max(-largest, Math.min(largest, values[at]!)));
  return halves;
}
