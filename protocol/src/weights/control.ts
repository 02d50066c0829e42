import type { RoundId } from '../ids/ids.ts';
import type { RandomBytes } from '../random/random-bytes.ts';
import { controlSeed, type QuantizationSettings, quantizationFor } from './quantize.ts';
import { rotate, rotateBack } from './rotate.ts';
import { rounding } from './rounding.ts';

/**
 * Rounds the change of a control variate to what the update of round `seed` can carry: a norm of at most
 * `settings.control`, on the grid of ring elements, up or down at random so that its expectation is kept. So
 * a device that keeps the result and the coordinator use the same change. Works in place, in the unit of
 * `change`.
 */
export function roundControl(
  change: Float32Array,
  settings: QuantizationSettings & { readonly control: number },
  seed: string,
  random: RandomBytes,
): Float32Array {
  const unit = settings.clip / settings.control;
  for (let i = 0; i < change.length; i++) change[i] = change[i]! * unit;
  roundToRing(change, settings, controlSeed(seed), random);
  for (let i = 0; i < change.length; i++) change[i] = change[i]! / unit;
  return change;
}

/**
 * Clips a vector to a norm of at most `settings.clip`, and rounds it to what ring elements rotated by `seed`
 * can represent, in place: quantising it with the same seed does not change it.
 */
export function roundToRing(
  vector: Float32Array,
  settings: QuantizationSettings,
  seed: string,
  random: RandomBytes,
): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  const scale = Math.min(1, settings.clip / norm || 1);
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! * scale;
  rotate(vector, seed);
  const { step, largest } = quantizationFor(vector.length, settings);
  const whole = new Int32Array(vector.length);
  rounding()({ values: vector, step, largest, weight: 1, random }, whole);
  for (let i = 0; i < vector.length; i++) vector[i] = whole[i]! * step;
  rotateBack(vector, seed);
  return vector;
}

/**
 * Concatenates the values of an update and a change of the device's control variate, in the unit of the
 * update.
 */
export function withControl(
  delta: Float32Array,
  change: Float32Array,
  { clip, control }: { readonly clip: number; readonly control: number },
): Float32Array {
  const values = new Float32Array(2 * delta.length);
  values.set(delta);
  for (let i = 0; i < change.length; i++) values[delta.length + i] = (change[i]! * clip) / control;
  return values;
}

/** Mark that identifies the first round of control variates: the first 24 bits of its id. */
export function roundMark(round: RoundId): number {
  let bits = 0;
  for (const character of round.slice(0, 4)) bits = bits * 64 + alphabet.indexOf(character);
  return bits;
}

/** Alphabet of base64url (RFC 4648, §5). */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
