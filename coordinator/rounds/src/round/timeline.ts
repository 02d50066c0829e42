import type { RoundPhase } from '@murmuration/protocol/messages/phases';
import { type Cohort, stand } from './cohort.ts';
import { type CollectingState, cohortWithout, type RoundEvent, type SeenState } from './round.ts';

/** Phase of a round: its times, its quorum, and the devices lost in it. */
export interface PhaseRecord {
  readonly phase: RoundPhase;
  /** ms since 1970; null if a restart fell between and the moment was not journaled. */
  readonly startedAt: number | null;
  /** ms since 1970; null as `startedAt`, and while the phase lasts. */
  readonly endedAt: number | null;
  /** ms since 1970; null in `closing`, as are `goal` and `minimum`. */
  readonly deadline: number | null;
  readonly goal: number | null;
  readonly minimum: number | null;
  /** Devices that checked in, or whose message was taken. */
  readonly accepted: number;
  readonly rejected: number;
  /** Devices still at work when the phase ended. */
  readonly late: number;
  /** Devices that had left, or had no connection. */
  readonly lost: number;
}

/** Phases of a round, derived from its states. */
export class Timeline {
  readonly #past: PhaseRecord[] = [];
  #state: SeenState;
  #startedAt: number | null;

  /** Starts with the state of a round that begins. */
  constructor(state: SeenState) {
    this.#state = state;
    this.#startedAt = state.terms.startedAt;
  }

  /** Takes the state `next` that `event` led to at `time`, ms since 1970; null if the time is unknown. */
  follow(event: RoundEvent, next: SeenState, time: number | null): void {
    const before = this.#state;
    this.#state = next;
    if (before.phase === next.phase || before.phase === 'published' || before.phase === 'failed') return;
    const last = recordOf(after(before, event), this.#startedAt);
    if (last) this.#past.push({ ...last, endedAt: time });
    this.#startedAt = time;
  }

  /** Phases so far; the current one is the last. */
  get phases(): readonly PhaseRecord[] {
    const current = recordOf(this.#state, this.#startedAt);
    return current ? [...this.#past, current] : [...this.#past];
  }

  /** Returns all phases of a round that ends at `time`, ms since 1970. */
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
      // Devices at work when a buffer closes go on in the next one.
      if (terms.kind === 'buffer') return { ...collected, late: earlier.late, lost: earlier.lost };
      const { working, away, left } = cohort.count;
      // Once enough is revealed, no other device is waited for.
      const late = phase === 'unmasking' ? 0 : working;
      return { ...collected, late, lost: away + left };
    }
  }
}

/** Returns the state with which a phase ended, including the event that ended it. */
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
