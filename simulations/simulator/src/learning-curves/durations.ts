import type { RoundEnded } from '../run-events/run-event.ts';
import { quantiles } from './quantiles.ts';

/** How long rounds took on the devices' clock, and whom they left behind. */
export interface DurationFigures {
  /** Seconds from the beginning of a published round to its end: the median, and the time that nine of ten keep; null where none was published. */
  readonly medianSeconds: number | null;
  readonly ninetiethSeconds: number | null;
  /** Share of the devices chosen whose update was late, or that were lost. */
  readonly leftOut: number;
  /** Share of the updates that counted that came from the slowest fifth of all devices; 0.2 where rounds leave none of them out. */
  readonly ofTheSlowest: number;
}

/**
 * Reads the rounds of a run.
 *
 * @param slowness of each device, such as how long a training takes: the higher, the slower.
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
