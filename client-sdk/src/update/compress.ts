import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Compression, Plan } from '@murmuration/protocol/messages/plan';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { SparseValues } from '@murmuration/protocol/weights/codec';
import { roundToRing } from '@murmuration/protocol/weights/control';
import { quantizationOf } from '@murmuration/protocol/weights/quantize';
import { drawPlaces, gather, keptOf } from '@murmuration/protocol/weights/sparse';

/** Sent values of an update, and the rest. */
export interface Compressed {
  /** Values under the round's mask, on the grid of the ring. */
  readonly delta?: Float32Array;
  /** Values with their places, in all other cases. */
  readonly sparse?: SparseValues;
  /** Values that were not sent, for the next update; if the plan asks for feedback. */
  readonly residual?: Float32Array;
}

/**
 * Selects some values of an update (Konečný et al. 2016, §2 and §3; Stich et al. 2018; SPEC.md, UP13).
 * `delta` is cut to the clip, and `residual`, what was not sent before, is added to it; both are overwritten.
 * Throws `training.failed` if `delta` is not finite.
 */
export function compress(
  delta: Float32Array,
  residual: Float32Array | undefined,
  compression: Compression,
  plan: Plan,
  round: string,
  random: RandomBytes,
): Compressed {
  const { clip } = plan.update;
  const { kind, fraction, feedback } = compression;
  cutTo(delta, clip);
  if (!delta.every(Number.isFinite))
    throw new MurmurationError(
      'training.failed',
      'Training diverged: the update is not finite. A lower learning rate helps.',
    );
  if (residual) for (let i = 0; i < delta.length; i++) delta[i] = delta[i]! + residual[i]!;
  const kept = keptOf(delta.length, fraction);
  if (kind === 'randomMask') {
    const places = drawPlaces(round, delta.length, kept);
    const chosen = gather(delta, places);
    if (!feedback) return { delta: chosen };
    roundToRing(chosen, quantizationOf(plan), round, random);
    return { delta: chosen, residual: without(delta, places, chosen, compression, clip) };
  }
  const seed = kind === 'randomK' ? new DataView(new Uint8Array(random(4)).buffer).getUint32(0) : undefined;
  const places = seed === undefined ? largestOf(delta, kept) : drawPlaces(`${seed}`, delta.length, kept);
  const { unit, units } = rounded(cutTo(gather(delta, places), clip), clip, plan.update.bits, random);
  const sparse = { unit, units, places: seed ?? places };
  if (!feedback) return { sparse };
  const sent = Float32Array.from(units, value => value * unit);
  return { sparse, residual: without(delta, places, sent, compression, clip) };
}

/** Returns the places of the values of the largest magnitude, in rising order; the first of equal ones. */
function largestOf(values: Float32Array, kept: number): Uint32Array {
  const least = Float32Array.from(values, Math.abs).sort()[values.length - kept]!;
  const places = new Uint32Array(kept);
  let equal = kept;
  for (const value of values) if (Math.abs(value) > least) equal--;
  let found = 0;
  for (const [place, value] of values.entries()) {
    const magnitude = Math.abs(value);
    if (magnitude < least || (magnitude === least && equal-- <= 0)) continue;
    places[found++] = place;
  }
  return places;
}

/**
 * Rounds to multiples of a unit, up or down at random; the largest value is `2^(bits − 1) − 1`
 * units. Keeps the norm within `clip`.
 */
function rounded(values: Float32Array, clip: number, bits: number, random: RandomBytes) {
  const largest = 2 ** (bits - 1) - 1;
  const top = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (top === 0) return { unit: 0, units: new Int32Array(values.length) };
  const bytes = random(2 * values.length);
  const units = Int32Array.from(values, (value, i) => {
    const part = (bytes[2 * i]! + 256 * bytes[2 * i + 1]! + 0.5) / 65_536;
    return Math.max(-largest, Math.min(largest, Math.floor((value / top) * largest + part)));
  });
  const norm = (top / largest) * Math.sqrt(units.reduce((sum, value) => sum + value * value, 0));
  return { unit: Math.fround((top / largest) * Math.min(1, clip / norm || 1)), units };
}

/**
 * Returns the values minus the sent ones, no longer than honest updates leave
 * (Karimireddy et al. 2019, Lemma 3).
 */
function without(
  values: Float32Array,
  places: Uint32Array,
  sent: Float32Array,
  { fraction }: Compression,
  clip: number,
): Float32Array {
  for (const [i, place] of places.entries()) values[place] = values[place]! - sent[i]!;
  return cutTo(values, (2 * clip) / fraction);
}

function cutTo(values: Float32Array, limit: number): Float32Array {
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (norm > limit) for (let i = 0; i < values.length; i++) values[i] = (values[i]! * limit) / norm;
  return values;
}
