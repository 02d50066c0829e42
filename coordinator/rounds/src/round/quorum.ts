/** What a collecting phase waits for, and what has come: the same rule in every phase. */
export interface Quorum {
  /** Messages wanted; the phase closes when they are there. */
  readonly goal: number;
  /** Messages without which the round fails at the deadline. */
  readonly minimum: number;
  /** ms since 1970. */
  readonly deadline: number;
  readonly accepted: number;
  readonly rejected: number;
}

export function openQuorum(goal: number, minimum: number, deadline: number): Quorum {
  return { goal, minimum, deadline, accepted: 0, rejected: 0 };
}

/**
 * `reached`: enough to close early; `complete`: nothing more can come, but the minimum is there; `hopeless`: nothing that
 * can still come would make up the minimum. `pending` counts those who may still send.
 */
export type QuorumState = 'open' | 'reached' | 'complete' | 'hopeless';

export function judge({ accepted, goal, minimum }: Quorum, pending: number): QuorumState {
  if (accepted >= goal) return 'reached';
  if (accepted + pending < minimum) return 'hopeless';
  return pending === 0 ? 'complete' : 'open';
}
