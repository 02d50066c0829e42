import type { RoundEnded } from '../run-events/run-event.ts';
import { roundsToTarget } from './rounds-to-target.ts';

/** How fast a run came to its target. */
export interface RoundsToAccuracy {
  /** Interpolated, as `roundsToTarget` counts them; null where the target was not reached. */
  readonly rounds: number | null;
  /** The best accuracy of any version, a share. */
  readonly accuracy: number;
  /** Millions of bytes that devices sent until the target was reached, or in all rounds. */
  readonly megabytesUp: number;
  /** Thousands of bytes that a device sent for an update. */
  readonly kilobytesEach: number;
}

/**
 * Reads how a run went.
 *
 * @param measured versions whose accuracy was measured, in the order of their rounds.
 * @param ended the rounds.
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
