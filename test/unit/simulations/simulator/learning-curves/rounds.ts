import type { RoundEnded } from '@murmuration/simulations/run-events/run-event';

/** A round that was published after a second, with these differences. */
export function round(number: number, change: Partial<RoundEnded> = {}): RoundEnded {
  return {
    type: 'round-ended',
    number,
    startedAt: 0,
    endedAt: 1_000,
    wallSeconds: 0.5,
    outcome: 'published',
    failure: null,
    tally: { cohort: 10, accepted: 10, rejected: 0, late: 0, lost: 0 },
    phases: {},
    metrics: null,
    training: null,
    ...change,
  };
}
