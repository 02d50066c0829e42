/** Goal, minimum and count of a collecting phase: the same rule in every phase. */
export interface Quorum {
  /** Messages wanted; the phase closes once they have come. */
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
 * State of a quorum. `reached`: enough to close early. `complete`: nothing more can come, but the minimum is
 * there. `hopeless`: what can still come would not make up the minimum.
 */
export type QuorumState = 'open' | 'reached' | 'complete' | 'hopeless';

/** Returns the state of a quorum; `pending` counts the devices that may still send. */
export function judge({ accepted, goal, minimum }: Quorum, pending: number): QuorumState {
  if (accepted >= goal) return 'reached';
  if (accepted + pending < minimum) return 'hopeless';
  return pending === 0 ? 'complete' : 'open';
}
