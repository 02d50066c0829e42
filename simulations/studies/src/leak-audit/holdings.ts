import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import type { GraphContext } from '@murmuration/protocol/secagg/context';
import { seedHash } from '@murmuration/protocol/secagg/dealing';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { centre, unpackRing } from '@murmuration/protocol/secagg/ring';
import { type RecoveredSecret, unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';
import { decodeUpdate, type UpdateForm } from '@murmuration/protocol/weights/codec';
import { rotateBack } from '@murmuration/protocol/weights/rotate';

/** Updates as ring elements, the weight last. */
export type RingForm = Extract<UpdateForm, { kind: 'ring' }>;

/** The packed elements of an update, without its public header. */
function packedOf(update: Uint8Array, form: RingForm): Uint8Array {
  const decoded = decodeUpdate(update, form);
  if (decoded.kind !== 'ring') throw new MurmurationError('update.wrong-kind');
  return decoded.packed;
}

/** The bytes of packed elements that hold no padding. */
export function wholeBytesOf(update: Uint8Array, form: RingForm): Uint8Array {
  return packedOf(update, form).subarray(0, Math.floor((form.count * form.width) / 8));
}

/** What the elements of an update are as a delta, in units that don't matter: rotated back, the weight left out. */
export function deltaOf(elements: Int32Array, round: string): Float32Array {
  const delta = Float32Array.from(elements.subarray(0, -1));
  rotateBack(delta, round);
  return delta;
}

export function elementsOf(update: Uint8Array, form: RingForm): Int32Array {
  return unpackRing(packedOf(update, form), form.count, form.width);
}

/**
 * The elements of a masked update without its self mask: the coordinator knows the seeds of all contributors once the
 * round is over, and which one is a phone's from the hash that begins its dealing. The masks that it shares with its
 * neighbours stay on. They cancel only in the sum of all: that sum less everybody else's elements, self masks off,
 * leaves these same elements.
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
