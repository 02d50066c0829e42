import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

const together = 8_192;
const maxRoundingTries = 64;

/**
 * Rounds the values, in units of the ring, up or down at random so that each is right on average, and repeats
 * this for all until their norm is at most `limit` (conditional rounding, Kairouz et al. 2021, Algorithm 1):
 * `roundedNorm` has the limit at which about two tries are enough.
 * @throws MurmurationError `config.invalid` if 64 tries do not meet the limit, which chance does not explain.
 */
export function roundConditionally(values: Float32Array, limit: number, random: RandomBytes): Int32Array {
  const rounded = new Int32Array(values.length);
  for (let tries = 0; tries < maxRoundingTries; tries++)
    if (rounding(values, rounded, random) <= limit * limit) return rounded;
  throw new MurmurationError(
    'config.invalid',
    `No rounding of ${values.length} values has a norm of at most ${limit}: the clip in units of the ring has to be below it.`,
  );
}

/** Rounds at random, with 32 bits a value, and returns the squared norm. */
function rounding(values: Float32Array, rounded: Int32Array, random: RandomBytes): number {
  let squares = 0;
  for (let from = 0; from < values.length; from += together) {
    const count = Math.min(together, values.length - from);
    const bytes = random(4 * count);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, count);
    for (let i = 0; i < count; i++) {
      const value = Math.floor(values[from + i]! + (words[i]! + 0.5) * 2 ** -32);
      rounded[from + i] = value;
      squares += value * value;
    }
  }
  return squares;
}
