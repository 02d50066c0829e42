import type { RoundEnded } from '../run-events/run-event.ts';
import { roundsToTarget } from './rounds-to-target.ts';

/** Cost of reaching a target accuracy. */
export interface RoundsToAccuracy {
  /** Interpolated, see `roundsToTarget`; null if the target was not reached. */
  readonly rounds: number | null;
  /** Best accuracy of any version, a share. */
  readonly accuracy: number;
  /** Megabytes that all devices sent until the target was reached, or in all rounds. */
  readonly megabytesUp: number;
  /** Kilobytes sent per accepted update. */
  readonly kilobytesEach: number;
}

/**
 * Computes the figures of a run.
 * @param measured versions whose accuracy was measured, in the order of their rounds
 * @param ended all rounds
 */
export function roundsToAccuracy(
  measured: readonly { readonly round: number; readonly metrics: Readonly<Record<string, number>> }[],
  ended: readonly RoundEnded[],
  target: number,
): RoundsToAccuracy {
  const curve = measured.flatMap(({ round, metrics: { accuracy } }) =>
    accuracy === undefined ? [] : [{ round, value: accuracy }],
  );
  const reached = curve.find(({ value }) => value >= target)?.round ?? Number.POSITIVE_INFINITY;
  const until = ended.filter(({ number }) => number <= reached);
  return {
    rounds: roundsToTarget(curve, target),
    accuracy: Math.max(0, ...curve.map(({ value }) => value)),
    megabytesUp: until.reduce((sum, round) => sum + bytesUp(round), 0) / 1e6,
    kilobytesEach:
      ended.reduce((sum, round) => sum + bytesUp(round), 0) /
      Math.max(
        1,
        ended.reduce((sum, { tally }) => sum + tally.accepted, 0),
      ) /
      1e3,
  };
}

function bytesUp({ phases }: RoundEnded): number {
  return Object.values(phases).reduce((sum, { up }) => sum + up, 0);
}
