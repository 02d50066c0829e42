import type { RoundEnded } from '../report/run-event.ts';
import { roundsToTarget } from './rounds-to-target.ts';

/** How fast a run came to its target. */
export interface RoundsToAccuracy {
  /** Interpolated, as `roundsToTarget` counts them; null where the target was not reached. */
  readonly rounds: number | null;
  /** The best accuracy of any version, a share. */
  readonly accuracy: number;
  /** What the machine took for all rounds. */
  readonly seconds: number;
  /** Millions of bytes that devices sent until the target was reached, or in all rounds. */
  readonly megabytesUp: number;
}

/** Reads the rounds of a run, of whose versions the accuracy was measured. */
export function roundsToAccuracy(rounds: readonly RoundEnded[], target: number): RoundsToAccuracy {
  const curve = rounds.flatMap(({ number, metrics }) =>
    metrics ? [{ round: number, value: metrics.accuracy ?? Number.NEGATIVE_INFINITY }] : [],
  );
  const reached = curve.find(({ value }) => value >= target)?.round ?? Number.POSITIVE_INFINITY;
  return {
    rounds: roundsToTarget(curve, target),
    accuracy: Math.max(0, ...curve.map(({ value }) => value)),
    seconds: rounds.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0),
    megabytesUp:
      rounds.filter(({ number }) => number <= reached).reduce((sum, round) => sum + bytesUp(round), 0) / 1e6,
  };
}

function bytesUp({ phases }: RoundEnded): number {
  return Object.values(phases).reduce((sum, { up }) => sum + up, 0);
}
