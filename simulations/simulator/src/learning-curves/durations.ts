import type { RoundEnded } from '../run-events/run-event.ts';
import { quantiles } from './quantiles.ts';

/** Durations of rounds on the devices' clock, and the devices that they left behind. */
export interface DurationFigures {
  /** Median and 90th percentile of a published round's duration in seconds; null if none was published. */
  readonly medianSeconds: number | null;
  readonly ninetiethSeconds: number | null;
  /** Share of chosen devices whose update was late or lost. */
  readonly leftOut: number;
  /**
   * Share of accepted updates from the slowest fifth of all devices; 0.2 if rounds leave none of them out.
   */
  readonly ofTheSlowest: number;
}

/**
 * Computes the figures of a run's rounds.
 * @param slowness of each device, such as its training time: the higher, the slower
 */
export function durationFigures(rounds: readonly RoundEnded[], slowness: readonly number[]): DurationFigures {
  const seconds = rounds
    .filter(({ outcome }) => outcome === 'published')
    .map(({ startedAt, endedAt }) => (endedAt - startedAt) / 1_000);
  const [median, ninetieth] = quantiles(seconds, [0.5, 0.9]);
  const sum = (of: (round: RoundEnded) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const slowest = new Set(
    Array.from(slowness.keys())
      .sort((a, b) => slowness[b]! - slowness[a]!)
      .slice(0, Math.round(slowness.length / 5)),
  );
  const contributors = rounds.flatMap(({ training }) => training?.client ?? []);
  return {
    medianSeconds: median ?? null,
    ninetiethSeconds: ninetieth ?? null,
    leftOut: sum(({ tally }) => tally.late + tally.lost) / sum(({ tally }) => tally.cohort),
    ofTheSlowest: contributors.filter(client => slowest.has(client)).length / contributors.length,
  };
}
