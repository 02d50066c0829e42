import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Mean, VerdictCounts } from '@murmuration/protocol/weights/quantize';

/** A sum in a ring, from which masks can be taken off. */
export interface SumInRing {
  /** Modulo 2^width: what is above those bits has no meaning. */
  readonly elements: Int32Array;
  readonly width: number;
  /** What its devices say of a version, once no mask is left; undefined where verdicts do not travel. Throws `update.impossible`. */
  verdicts(): VerdictCounts | undefined;
}

/** Where an update of an asynchronous task comes from. */
export interface Origin {
  /** Buffers that were closed since the version that it started from. */
  readonly staleness: number;
  /** The round that its device knows, by whose id it is rotated. */
  readonly round: string;
}

/** The sum of a round's updates, added up as they arrive: memory O(model), whatever the number of updates. */
export interface RunningSum {
  readonly consumes: 'sum';
  /** The sum as one that may have been masked; none of float32. */
  readonly inRing: readonly SumInRing[];
  /** Of a ring: the id of the round, from which the rotation of its updates follows. */
  seed?: string;
  /** What an update must look like. */
  readonly form: UpdateForm;
  /** Updates added. */
  readonly contributors: number;
  /**
   * Adds an update as it came off the wire; one that is refused, with a code of `update.*`, leaves the sum untouched. `origin` counts in
   * the sums of asynchronous tasks alone.
   */
  add(bytes: Uint8Array, group?: number, origin?: Origin): void;
  /** The weighted mean of what was added; throws `update.impossible` where no updates of the plan could have led to it. */
  mean(): Mean;
  /** The sum and its count as bytes, for `restore`: a copy as large as the model, whatever the number of updates. */
  snapshot(): Uint8Array;
  /** Becomes what it was at a snapshot; throws `storage.corrupt` for bytes that no sum of this form has given. */
  restore(snapshot: Uint8Array): void;
  /** Becomes what it was before the first update. */
  clear(): void;
}

/** Throws `storage.corrupt` where a snapshot has another length than the sums of its form. */
export function requireLength(snapshot: Uint8Array, length: number): void {
  if (snapshot.length !== length)
    throw new MurmurationError(
      'storage.corrupt',
      `The checkpoint of a sum has ${snapshot.length} bytes; this model calls for ${length}.`,
    );
}
