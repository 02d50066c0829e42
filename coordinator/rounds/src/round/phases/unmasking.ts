import { stand } from '../cohort.ts';
import { groupOf } from '../groups.ts';
import { openQuorum } from '../quorum.ts';
import { type RoundEvent, type Step, tallyOf, type UnmaskPhase, unchanged, withGroups } from '../round.ts';
import { collect, failed } from './collecting.ts';

/** Waits until the contributors have revealed enough for all groups, which is before all have answered. */
export function openUnmasking(summed: Omit<UnmaskPhase, 'phase' | 'quorum' | 'opened'>): Step {
  const { cohort, deadlines } = summed;
  const all = cohort.members.length;
  return {
    state: {
      ...summed,
      phase: 'unmasking',
      opened: new Set(),
      quorum: openQuorum(all, 0, deadlines.unmasking),
    },
    effects: [
      { type: 'open', phase: 'unmasking', members: cohort.members },
      { type: 'wake', time: deadlines.unmasking },
    ],
  };
}

export function unmasking(state: UnmaskPhase, event: RoundEvent): Step {
  if (event.type !== 'unmaskable') return collect(state, event, close);
  const { members, positions } = state.cohort;
  const position = positions.get(event.assignment);
  if (position === undefined) return unchanged(state);
  const opened: UnmaskPhase = { ...state, opened: new Set([...state.opened, groupOf(members[position]!)]) };
  if (isOpen(opened)) return close(opened);
  return stand(opened.cohort, event.assignment, 'counted') === opened.cohort
    ? unchanged(opened)
    : collect(opened, { type: 'counted', assignment: event.assignment }, close);
}

/** True if nothing more is waited for: a group that all members have left can't be opened. */
function isOpen({ cohort: { members, standings }, opened }: UnmaskPhase): boolean {
  return members.every((member, position) => opened.has(groupOf(member)) || standings[position] === 'left');
}

function close(state: UnmaskPhase): Step {
  const { opened, quorum, terms } = state;
  if (opened.size === 0)
    return failed(
      state,
      `${quorum.accepted} of ${state.cohort.members.length} contributors revealed shares, too few to take the masks off.`,
    );
  const kept = withGroups(state, opened);
  const contributors = kept.cohort.members;
  if (contributors.length < terms.minimum)
    return failed(
      state,
      `The masks came off groups of ${contributors.length} contributors; at least ${terms.minimum} are needed.`,
    );
  return {
    state: { phase: 'closing', terms, contributors, tally: tallyOf(kept) },
    effects: [{ type: 'publish' }],
  };
}
