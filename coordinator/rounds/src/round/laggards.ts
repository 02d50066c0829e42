import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Member } from './cohort.ts';
import type { CollectingState, SeenState } from './round.ts';

/** Who has kept a phase of a round waiting. */
export interface Laggards {
  /** Those whose message did not come. */
  readonly silent: readonly DeviceId[];
  /** Whom all others had to wait for, for half of the time of the phase or longer. */
  readonly last: DeviceId | undefined;
}

const nobody: Laggards = { silent: [], last: undefined };

/** A phase as it was before it ended: since when it lasts, and when the newest message came, ms since 1970. */
export interface Watched {
  readonly state: CollectingState;
  readonly since: number;
  readonly heardAt: number;
}

/** Follows a phase from state to state. */
export function watched(before: Watched | undefined, state: CollectingState, now: number): Watched {
  if (before?.state.phase !== state.phase) return { state, since: now, heardAt: now };
  const { quorum, since, heardAt } = { ...before, quorum: before.state.quorum };
  return { state, since, heardAt: quorum.accepted === state.quorum.accepted ? heardAt : now };
}

/** Who has kept a phase waiting that led to `next` at `now`; nobody in one that somebody ended on purpose, or that had enough. */
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

/** The assignments that are in the next phase. */
function goingOn(next: SeenState): ReadonlySet<string> {
  const members = 'cohort' in next ? next.cohort.members : 'contributors' in next ? next.contributors : [];
  return new Set(members.map(({ assignment }) => assignment));
}
