import type { ModelHash, RoundId } from '@murmuration/protocol/ids/ids';

/** Starting point of an assignment of an asynchronous task; it stays the same from buffer to buffer. */
export interface Base {
  readonly model: ModelHash;
  /** Number of the buffer in which the update would not be stale: the one that follows the version. */
  readonly due: number;
  /** Buffer in which the assignment was made, by id and number: the only one that its device knows. */
  readonly round: RoundId;
  readonly number: number;
  /** Moment from which the update is refused, ms since 1970. */
  readonly until: number;
}

/**
 * Returns the staleness of an update in buffer `number`: buffers closed since the version of its assignment.
 */
export function stalenessIn({ number }: { readonly number: number }, { due }: Base): number {
  return Math.max(0, number - due);
}
