import { type Cohort, stand } from './cohort.ts';
import { type CollectingState, cohortWithout, type RoundEvent, type RoundState } from './round.ts';

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
  #state: RoundState;
  #startedAt: number | null;

  /** `state` is that of a round that begins. */
  constructor(state: RoundState) {
    this.#state = state;
    this.#startedAt = state.terms.startedAt;
  }

  /** `event` led to `next`; `time` is when, ms since 1970, null where that is not known. */
  follow(event: RoundEvent, next: RoundState, time: number | null): void {
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

function recordOf(state: RoundState, startedAt: number | null): PhaseRecord | undefined {
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
        accepted: state.contributors.length,
      };
    case 'gathering': {
      const { goal, minimum, deadline, accepted } = state.quorum;
      return { ...nothing, phase, deadline, goal, minimum, accepted };
    }
    default: {
      const { quorum, cohort, earlier, terms } = state;
      const { goal, minimum, deadline, accepted, rejected } = quorum;
      // Whoever is at work when a buffer closes goes on in the next one.
      if (terms.kind === 'buffer') {
        const { late, lost } = earlier;
        return { ...nothing, phase, deadline, goal, minimum, accepted, rejected, late, lost };
      }
      const { working, away, left } = cohort.count;
      // Enough reveal: nobody waits for the rest.
      const late = phase === 'unmasking' ? 0 : working;
      return { ...nothing, phase, deadline, goal, minimum, accepted, rejected, late, lost: away + left };
    }
  }
}

/** The state with which a phase ended: the event that ended it counts in it. */
function after(state: RoundState, event: RoundEvent): RoundState {
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
