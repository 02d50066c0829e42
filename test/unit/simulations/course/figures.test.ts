import { durationFigures } from '@murmuration/simulations/course/durations';
import { lossFigures } from '@murmuration/simulations/course/losses';
import { roundsToAccuracy } from '@murmuration/simulations/course/rounds-to-accuracy';
import { describe, expect, it } from 'vitest';
import { round } from './rounds.ts';

const phase = (change: object = {}) => ({ ms: 0, up: 0, down: 0, lost: 0, ...change });

describe('rounds to an accuracy', () => {
  const of = (number: number, accuracy: number | null) =>
    round(number, {
      metrics: accuracy === null ? null : { accuracy },
      phases: { keys: phase({ up: 1e6, down: 5e6 }), updates: phase({ up: 2e6 }) },
    });

  it('are those until the crossing, with the bytes until then and the seconds of all', () => {
    const rounds = [of(1, 0.5), of(2, null), of(3, 0.9), of(4, 0.7)];
    expect(roundsToAccuracy(rounds, 0.8)).toEqual({
      rounds: expect.closeTo(1 + (0.3 / 0.4) * 2, 9),
      accuracy: 0.9,
      seconds: 2,
      megabytesUp: 9,
    });
  });

  it('are none where the target is not reached, with the bytes of all', () => {
    expect(roundsToAccuracy([of(1, 0.5), of(2, 0.6)], 0.8)).toEqual({
      rounds: null,
      accuracy: 0.6,
      seconds: 1,
      megabytesUp: 6,
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
      published: 1,
      failed: 1,
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
