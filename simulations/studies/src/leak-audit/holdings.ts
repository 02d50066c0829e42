import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import type { GraphContext } from '@murmuration/protocol/secagg/context';
import { seedHash } from '@murmuration/protocol/secagg/dealing';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { centre, unpackRing } from '@murmuration/protocol/secagg/ring';
import { type RecoveredSecret, unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';
import { decodeUpdate, type UpdateForm } from '@murmuration/protocol/weights/codec';
import { rotateBack } from '@murmuration/protocol/weights/rotate';

/** Form of updates as ring elements, the weight last. */
export type RingForm = Extract<UpdateForm, { kind: 'ring' }>;

/** Returns the packed elements of an update, without its public header. */
function packedOf(update: Uint8Array, form: RingForm): Uint8Array {
  const decoded = decodeUpdate(update, form);
  if (decoded.kind !== 'ring') throw new MurmurationError('update.wrong-kind');
  return decoded.packed;
}

/** Returns the bytes of packed elements that contain no padding. */
export function wholeBytesOf(update: Uint8Array, form: RingForm): Uint8Array {
  return packedOf(update, form).subarray(0, Math.floor((form.count * form.width) / 8));
}

/** Returns the elements of an update as a delta in arbitrary units: rotated back, without the weight. */
export function deltaOf(elements: Int32Array, round: string): Float32Array {
  const delta = Float32Array.from(elements.subarray(0, -1));
  rotateBack(delta, round);
  return delta;
}

export function elementsOf(update: Uint8Array, form: RingForm): Int32Array {
  return unpackRing(packedOf(update, form), form.count, form.width);
}

/**
 * Returns the elements of a masked update without its self mask. The coordinator knows the seeds of all
 * contributors after the round, and finds a phone's by the hash that begins its dealing. The masks shared
 * with neighbours remain: they cancel only in the sum of all. That sum minus all other elements without their
 * self masks leaves the same elements.
 */
export function withoutSelfMask(
  masked: Int32Array,
  dealing: Uint8Array,
  secrets: readonly RecoveredSecret[],
  context: GraphContext,
  width: number,
): Int32Array {
  const elements = masked.slice();
  const own = secrets.find(
    secret => secret.kind === 'seed' && Buffer.from(dealing).indexOf(seedHash(context, secret.seed)) === 0,
  );
  if (own === undefined) throw new RangeError('No recovered seed is the one that the phone dealt.');
  applyMasks(native, elements, unmaskingMasks(context, own), width);
  return centre(elements, width);
}
