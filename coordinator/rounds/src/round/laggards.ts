import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Member } from './cohort.ts';
import type { CollectingState, SeenState } from './round.ts';

/** Devices that kept a phase of a round waiting. */
export interface Laggards {
  /** Devices whose message did not come. */
  readonly silent: readonly DeviceId[];
  /** Device that all others had to wait for, for half of the phase or longer. */
  readonly last: DeviceId | undefined;
}

const nobody: Laggards = { silent: [], last: undefined };

/** Phase before it ended, with its beginning and the arrival of its newest message, ms since 1970. */
export interface Watched {
  readonly state: CollectingState;
  readonly since: number;
  readonly heardAt: number;
}

export function watched(before: Watched | undefined, state: CollectingState, now: number): Watched {
  if (before?.state.phase !== state.phase) return { state, since: now, heardAt: now };
  const { quorum, since, heardAt } = { ...before, quorum: before.state.quorum };
  return { state, since, heardAt: quorum.accepted === state.quorum.accepted ? heardAt : now };
}

/**
 * Returns the devices that kept a phase waiting which led to `next` at `now`; none if the phase was ended on
 * purpose, or had enough.
 */
export function laggardsOf({ state, since, heardAt }: Watched, next: SeenState, now: number): Laggards {
  const { cohort, quorum, phase } = state;
  const isFailed = next.phase === 'failed';
  if ((isFailed && next.endedBy) || (phase === 'unmasking' && !isFailed)) return nobody;
  const goesOn = goingOn(next);
  const standing = (member: Member) => cohort.standings[cohort.positions.get(member.assignment)!];
  const missing = cohort.members.filter(
    member => standing(member) !== 'counted' && (phase === 'agreement' || !goesOn.has(member.assignment)),
  );
  const isLate = now >= quorum.deadline;
  const { working, away } = cohort.count;
  if (!isLate && !isFailed && (quorum.accepted + 1 >= quorum.goal || working + away === 1)) {
    const waited = now - heardAt >= (quorum.deadline - since) / 2 && working + away === 1;
    const last = waited ? cohort.members.find(member => isAwaited(standing(member))) : undefined;
    return { silent: [], last: last?.device };
  }
  const silent = missing.filter(member => isLate || standing(member) !== 'working');
  return { silent: silent.map(({ device }) => device), last: undefined };
}

const isAwaited = (standing: string | undefined) => standing === 'working' || standing === 'away';

/** Returns the assignments that are in the next phase. */
function goingOn(next: SeenState): ReadonlySet<string> {
  const members = 'cohort' in next ? next.cohort.members : 'contributors' in next ? next.contributors : [];
  return new Set(members.map(({ assignment }) => assignment));
}
