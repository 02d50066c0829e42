import type { CollectingState, Gathering, RoundState, Step } from './round.ts';
import { unchanged } from './round.ts';

/**
 * Returns the ms (negative) by which to move the deadlines of a round that goes on after a restart at `now`.
 * Deadlines further ahead than the phases may last mean that the clock was set back; the phase then gets its
 * whole time again. 0 if they may stay.
 */
export function shiftAt(state: RoundState, now: number): number {
  if (!('quorum' in state)) return 0;
  const { deadline } = state.quorum;
  if (deadline - now <= longest(state)) return 0;
  return now + state.terms.limits[state.phase] - deadline;
}

/** Moves the deadlines of the round by `by` ms. */
export function shifted(state: RoundState, by: number): Step {
  if (!('quorum' in state)) return unchanged(state);
  const quorum = { ...state.quorum, deadline: state.quorum.deadline + by };
  const effects = [{ type: 'wake', time: quorum.deadline }] as const;
  if (state.phase === 'gathering') return { state: { ...state, quorum }, effects };
  const moved = Object.entries(state.deadlines).map(([phase, time]) => [phase, time + by]);
  const members = state.cohort.members.map(member =>
    member.base ? { ...member, base: { ...member.base, until: member.base.until + by } } : member,
  );
  const cohort = { ...state.cohort, members };
  return { state: { ...state, quorum, cohort, deadlines: Object.fromEntries(moved) }, effects };
}

/**
 * Returns the ms from the draw (or the beginning) to the deadline: a phase that ends early leaves its time to
 * the next.
 */
function longest(state: Gathering | CollectingState): number {
  const { limits } = state.terms;
  if (state.phase === 'gathering') return limits.gathering;
  if (state.terms.kind === 'buffer') return limits.updates;
  const { deadlines, quorum } = state;
  return (Object.keys(deadlines) as (keyof typeof deadlines)[])
    .filter(phase => deadlines[phase] <= quorum.deadline)
    .reduce((sum, phase) => sum + limits[phase], 0);
}
