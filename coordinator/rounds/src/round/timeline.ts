import { type Cohort, stand } from './cohort.ts';
import {
  type CollectingState,
  cohortWithout,
  type RoundEvent,
  type RoundState,
  type SeenState,
} from './round.ts';

/** A phase of a round: when it was, what it waited for, and who was lost in it. */
export interface PhaseRecord {
  readonly phase: Exclude<RoundState['phase'], 'published' | 'failed'>;
  /** ms since 1970; null where a restart fell between and nobody wrote the moment down. */
  readonly startedAt: number | null;
  /** As `startedAt`; null as well while the phase lasts. */
  readonly endedAt: number | null;
  /** ms since 1970; null of `closing`, as the two after it. */
  readonly deadline: number | null;
  readonly goal: number | null;
  readonly minimum: number | null;
  /** Devices that checked in, or whose message was taken. */
  readonly accepted: number;
  readonly rejected: number;
  /** Still at work when the phase ended. */
  readonly late: number;
  /** Had left, or had no connection. */
  readonly lost: number;
}

/** The phases of a round, as they follow from its states. */
export class Timeline {
  readonly #past: PhaseRecord[] = [];
  #state: SeenState;
  #startedAt: number | null;

  /** `state` is that of a round that begins. */
  constructor(state: SeenState) {
    this.#state = state;
    this.#startedAt = state.terms.startedAt;
  }

  /** `event` led to `next`; `time` is when, ms since 1970, null where that is not known. */
  follow(event: RoundEvent, next: SeenState, time: number | null): void {
    const before = this.#state;
    this.#state = next;
    if (before.phase === next.phase || before.phase === 'published' || before.phase === 'failed') return;
    const last = recordOf(after(before, event), this.#startedAt);
    if (last) this.#past.push({ ...last, endedAt: time });
    this.#startedAt = time;
  }

  /** All phases so far, the one under way last. */
  get phases(): readonly PhaseRecord[] {
    const current = recordOf(this.#state, this.#startedAt);
    return current ? [...this.#past, current] : [...this.#past];
  }

  /** All phases of a round that is over at `time`, ms since 1970, or about to be. */
  endedAt(time: number): readonly PhaseRecord[] {
    const current = recordOf(this.#state, this.#startedAt);
    return current ? [...this.#past, { ...current, endedAt: time }] : [...this.#past];
  }
}

function recordOf(state: SeenState, startedAt: number | null): PhaseRecord | undefined {
  const { phase } = state;
  const nothing = { phase, startedAt, endedAt: null, rejected: 0, late: 0, lost: 0 };
  switch (phase) {
    case 'published':
    case 'failed':
      return undefined;
    case 'closing':
      return {
        ...nothing,
        phase,
        deadline: null,
        goal: null,
        minimum: null,
        accepted: state.tally.accepted,
      };
    default: {
      const { goal, minimum, deadline, accepted, rejected } = state.quorum;
      const collected = { ...nothing, phase, deadline, goal, minimum, accepted, rejected };
      if (!('cohort' in state)) return collected;
      const { cohort, earlier, terms } = state;
      // Whoever is at work when a buffer closes goes on in the next one.
      if (terms.kind === 'buffer') return { ...collected, late: earlier.late, lost: earlier.lost };
      const { working, away, left } = cohort.count;
      // Enough reveal: nobody waits for the rest.
      const late = phase === 'unmasking' ? 0 : working;
      return { ...collected, late, lost: away + left };
    }
  }
}

/** The state with which a phase ended: the event that ended it counts in it. */
function after(state: SeenState, event: RoundEvent): SeenState {
  if (state.phase === 'gathering' && event.type === 'drawn')
    return { ...state, quorum: { ...state.quorum, accepted: event.members.length } };
  if (!('cohort' in state)) return state;
  switch (event.type) {
    case 'settled':
    case 'unmaskable':
    case 'counted':
      return withCohort(state, stand(state.cohort, event.assignment, 'counted'));
    case 'left':
      return withCohort(state, cohortWithout(state, event.assignment));
    default:
      return state;
  }
}

function withCohort(state: CollectingState, cohort: Cohort): CollectingState {
  return { ...state, cohort, quorum: { ...state.quorum, accepted: cohort.count.counted } };
}
