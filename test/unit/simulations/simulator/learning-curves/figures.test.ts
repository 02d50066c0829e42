import { durationFigures } from '@murmuration/simulations/learning-curves/durations';
import { lossFigures } from '@murmuration/simulations/learning-curves/losses';
import { roundsToAccuracy } from '@murmuration/simulations/learning-curves/rounds-to-accuracy';
import { describe, expect, it } from 'vitest';
import { round } from './rounds.ts';

const phase = (change: object = {}) => ({ ms: 0, up: 0, down: 0, lost: 0, ...change });

describe('rounds to an accuracy', () => {
  const ended = [1, 2, 3, 4].map(number =>
    round(number, { phases: { keys: phase({ up: 1e6, down: 5e6 }), updates: phase({ up: 2e6 }) } }),
  );
  const at = (number: number, accuracy: number) => ({ round: number, metrics: { accuracy, loss: 1 } });

  it('are those until the crossing, with the bytes until then', () => {
    expect(roundsToAccuracy([at(1, 0.5), at(3, 0.9), at(4, 0.7)], ended, 0.8)).toEqual({
      rounds: expect.closeTo(1 + (0.3 / 0.4) * 2, 9),
      accuracy: 0.9,
      megabytesUp: 9,
      kilobytesEach: expect.closeTo(300, 9),
    });
  });

  it('are none where the target is not reached, with the bytes of all', () => {
    expect(roundsToAccuracy([at(1, 0.5), at(2, 0.6)], ended, 0.8)).toEqual({
      rounds: null,
      accuracy: 0.6,
      megabytesUp: 12,
      kilobytesEach: expect.closeTo(300, 9),
    });
  });
});

describe('losses of rounds', () => {
  it('are counted by the phase of each, and failed rounds by theirs', () => {
    const rounds = [
      round(1, {
        metrics: { accuracy: 0.7 },
        tally: { cohort: 12, accepted: 10, rejected: 0, late: 1, lost: 1 },
        phases: { keys: phase({ lost: 2 }), updates: phase() },
      }),
      round(2, {
        outcome: 'failed',
        failure: { during: 'updates', reason: 'too few' },
        tally: { cohort: 12, accepted: 4, rejected: 0, late: 8, lost: 0 },
        phases: { keys: phase({ lost: 1 }), updates: phase({ lost: 7 }) },
      }),
    ];
    expect(lossFigures(rounds)).toEqual({
      publishedRounds: 1,
      failedRounds: 1,
      failedIn: { updates: 1 },
      cohort: 12,
      accepted: 7,
      lostIn: { keys: 1.5, updates: 3.5 },
      accuracy: 0.7,
    });
  });
});

describe('durations of rounds', () => {
  const lasting = (number: number, seconds: number, client: number[], late = 0) =>
    round(number, {
      endedAt: 1_000 * seconds,
      tally: { cohort: client.length + late, accepted: client.length, rejected: 0, late, lost: 0 },
      training: { client, metrics: {} },
    });
  const slowness = [5, 1, 2, 3, 9, 4, 1, 2, 3, 8];

  it('are quantiles of those that were published, beside the share of the slowest fifth', () => {
    const rounds = [
      lasting(1, 10, [0, 4]),
      lasting(2, 30, [1, 9], 2),
      lasting(3, 20, [2, 3]),
      { ...lasting(4, 1_000, [5, 6]), outcome: 'failed' as const },
    ];
    expect(durationFigures(rounds, slowness)).toEqual({
      medianSeconds: 20,
      ninetiethSeconds: 28,
      leftOut: 0.2,
      // Devices 4 and 9, of eight updates.
      ofTheSlowest: 0.25,
    });
  });
});
