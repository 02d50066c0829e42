import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { RoundState, SeenState } from './round.ts';

/**
 * Devices of a cohort by standing. `size` is the number wanted while the cohort gathers; later it is the sum
 * of the others.
 */
export interface Standings {
  readonly size: number;
  readonly waiting: number;
  readonly working: number;
  readonly done: number;
  readonly lost: number;
  readonly late: number;
}

/** Progress of a part of a spread round. JSON. */
export interface PartProgress {
  readonly round: RoundId;
  /** `published` means that its sum is there; `failed`, that it has none. */
  readonly phase: RoundState['phase'];
  /** Devices present, or messages received, in its phase; `goal` of them end it early. */
  readonly accepted: number;
  readonly goal: number;
  /** Deadline of the phase, ms since 1970; null from `closing` on. */
  readonly deadline: number | null;
  readonly cohort: Standings;
}

/**
 * Returns the progress of a round; `waiting` is the number of devices that may be chosen while it gathers.
 */
export function progressOf(state: RoundState, waiting: number): PartProgress {
  const { terms, phase } = state;
  const cohort = standingsOf(state, terms.cohortSize, waiting);
  const own = { round: terms.id, phase, cohort };
  if (phase === 'gathering') {
    const goal = terms.cohortSize;
    return { ...own, accepted: Math.min(waiting, goal), goal, deadline: state.quorum.deadline };
  }
  if ('quorum' in state) return { ...own, ...pick(state.quorum) };
  return { ...own, accepted: state.tally.accepted, goal: state.tally.accepted, deadline: null };
}

const pick = ({ accepted, goal, deadline }: Pick<PartProgress, 'accepted' | 'goal' | 'deadline'>) => ({
  accepted,
  goal,
  deadline,
});

export function standingsOf(state: SeenState, wanted: number, waiting: number): Standings {
  const nobody = { waiting: 0, working: 0, done: 0, lost: 0, late: 0 };
  if ('cohort' in state) {
    const { cohort, earlier } = state;
    const { working, counted, away, left } = cohort.count;
    return {
      size: cohort.members.length + earlier.late + earlier.lost,
      waiting: 0,
      working,
      done: counted,
      lost: earlier.lost + away + left,
      late: earlier.late,
    };
  }
  if ('tally' in state) {
    const { cohort, accepted, late, lost } = state.tally;
    return { ...nobody, size: cohort, done: accepted, late, lost };
  }
  return { ...nobody, size: wanted, waiting };
}
