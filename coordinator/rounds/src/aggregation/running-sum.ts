import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Mean, VerdictCounts } from '@murmuration/protocol/weights/quantize';

/** Sum in a ring, from which masks can be removed. */
export interface SumInRing {
  /** Elements modulo 2^width: higher bits have no meaning. */
  readonly elements: Int32Array;
  readonly width: number;
  /**
   * Returns the devices' verdicts on a version, once no mask is left; undefined if no verdicts are sent.
   * Throws `update.impossible`.
   */
  verdicts(): VerdictCounts | undefined;
}

/** Origin of an update of an asynchronous task. */
export interface UpdateOrigin {
  /** Buffers that were closed since the version that it started from. */
  readonly staleness: number;
  /** Round that its device knows, whose id determines its rotation. */
  readonly round: string;
}

/** Sum of a round's updates, added up as they arrive: memory O(model), whatever the number of updates. */
export interface RunningSum {
  readonly consumes: 'sum';
  /** The sum as one that may have been masked; empty for float32. */
  readonly inRing: readonly SumInRing[];
  /** Seed in a ring: the id of the round, from which the rotation of its updates follows. */
  seed?: string;
  /** Required form of an update. */
  readonly form: UpdateForm;
  readonly contributors: number;
  /**
   * Adds an update in wire format; one that is refused, with a code of `update.*`, leaves the sum untouched.
   * `origin` is used only in the sums of asynchronous tasks.
   */
  add(bytes: Uint8Array, group?: number, origin?: UpdateOrigin): void;
  /**
   * Returns the weighted mean of the updates; throws `update.impossible` if no updates of the plan could have
   * led to it.
   */
  mean(): Mean;
  /**
   * Returns the sum and its count as bytes, for `restore`: a copy as large as the model, whatever the number
   * of updates.
   */
  snapshot(): Uint8Array;
  /**
   * Restores a snapshot; throws `storage.corrupt` for bytes that are not a snapshot of a sum of this form.
   */
  restore(snapshot: Uint8Array): void;
  clear(): void;
}

/** Throws `storage.corrupt` if a snapshot has another length than the sums of its form. */
export function requireLength(snapshot: Uint8Array, length: number): void {
  if (snapshot.length !== length)
    throw new MurmurationError(
      'storage.corrupt',
      `The checkpoint of a sum has ${snapshot.length} bytes; this model calls for ${length}.`,
    );
}
