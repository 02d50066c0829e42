import type { ModelHash, RoundId } from '@murmuration/protocol/ids/ids';

/** What an assignment of an asynchronous task starts from; it stays the same from buffer to buffer. */
export interface Base {
  readonly model: ModelHash;
  /** Number of the buffer in which the update would not be stale: the one that follows the version. */
  readonly due: number;
  /** The buffer in which the assignment was made, by id and number: its device knows no other. */
  readonly round: RoundId;
  readonly number: number;
  /** When the update is no longer taken, ms since 1970. */
  readonly until: number;
}

/** Buffers that were closed since the version of an assignment: how stale its update is in the buffer of that number. */
export function stalenessIn({ number }: { readonly number: number }, { due }: Base): number {
  return Math.max(0, number - due);
}
