import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { RoundState, SeenState } from './round.ts';

/** How many devices of a cohort stand how: while it is gathered, `size` is the number wanted, and later the others add up to it. */
export interface Standings {
  readonly size: number;
  readonly waiting: number;
  readonly working: number;
  readonly done: number;
  readonly lost: number;
  readonly late: number;
}

/** How far a part of a spread round is. JSON. */
export interface PartProgress {
  readonly round: RoundId;
  /** `published`: its sum is there; `failed`: it has none. */
  readonly phase: RoundState['phase'];
  /** Devices that are there, or messages that have come, in its phase, and those that end it early. */
  readonly accepted: number;
  readonly goal: number;
  /** Of the phase, ms since 1970; null from `closing` on. */
  readonly deadline: number | null;
  readonly cohort: Standings;
}

/** `waiting`: the devices that may be chosen, while a cohort is gathered. */
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
