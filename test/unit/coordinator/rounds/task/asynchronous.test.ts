import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { krum } from '@murmuration/rounds/strategy/krum';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { changesBetween, settingsOf, withSettings } from '@murmuration/rounds/task/settings';
import { cohortSizeOf, devicesAtOnce, largestSumOf } from '@murmuration/rounds/task/task';
import { describe, expect, it } from 'vitest';

const least = {
  name: 'least',
  model: () => {
    throw new Error('No model is made here.');
  },
  plan: { learningRate: 0.1 },
  update: { clip: 1 },
  masking: 'off',
  cohort: { mode: 'asynchronous', goal: 10, concurrency: 100 },
  schedule: { every: '0 s' },
} as const;

const task = (change: object) => defineTask({ ...least, ...change } as TaskDefinition);

describe('an asynchronous task', () => {
  it('has so many devices at work, and reads each update by itself', () => {
    const defined = task({});
    expect(defined.buffer).toEqual({ concurrency: 100, maxStaleness: 20 });
    expect(defined.cohort).toEqual({ goal: 10, minimum: 10, overSelection: 1 });
    expect(cohortSizeOf(defined)).toBe(100);
    expect(largestSumOf(defined)).toBe(1);
  });

  it('needs no more than its goal, which devices that come and go reach', () => {
    const cohort = { mode: 'asynchronous', goal: 10 };
    expect(task({ cohort }).buffer).toEqual({ concurrency: 20, maxStaleness: 20 });
    // What apps take part in that say nothing of their floors.
    expect(task({ cohort: { ...cohort, goal: 40 }, masking: {} }).buffer).toEqual({
      concurrency: 80,
      maxStaleness: 0,
    });
    expect(task({ cohort: { ...cohort, goal: 1_000_000 } }).buffer?.concurrency).toBe(100_000);
  });

  it.each<[object, RegExp]>([
    [
      { masking: {}, cohort: { mode: 'asynchronous', goal: 40, concurrency: 100, maxStaleness: 64 } },
      /cohort.maxStaleness must be at most 63 with masking, not 64/,
    ],
    [
      { masking: {}, cohort: { mode: 'asynchronous', goal: 40, concurrency: 100, minimum: 41 } },
      /cohort.minimum must be at most cohort.goal/,
    ],
    [
      {
        masking: {},
        cohort: { mode: 'asynchronous', goal: 40, concurrency: 100 },
        queries: [defineQuery({ name: 'words', kind: 'count', threshold: 20, period: '1 d' })],
      },
      /queries can't be combined with cohort.mode "asynchronous"/,
    ],
    [
      { privacy: { epsilon: 1, delta: 1e-6, rounds: 10 }, update: { clip: 1, weighting: 'uniform' } },
      /privacy can't be combined with cohort.mode "asynchronous"/,
    ],
    [{ retrain: { until: { rounds: 5 } } }, /retrain can't be combined with cohort.mode "asynchronous"/],
    [{ strategy: krum({ attackers: 1 }) }, /the strategy krum needs more than the sum.*fedAvg/],
    [{ cohort: { mode: 'asynchronous', goal: 1, concurrency: 5 } }, /cohort.goal must be at least 2.*not 1/],
    [
      { cohort: { mode: 'asynchronous', goal: 10, concurrency: 100, minimum: 5 } },
      /cohort.minimum must be left out where cohort.mode is "asynchronous": without masks a buffer closes/,
    ],
    [
      { cohort: { mode: 'asynchronous', goal: 10, concurrency: 100, overSelection: 1.3 } },
      /cohort.overSelection must be left out/,
    ],
    [
      { cohort: { goal: 10, minimum: 5, concurrency: 20 } },
      /cohort.concurrency must be left out.*only asynchronous/,
    ],
    [{ cohort: { goal: 10 } }, /cohort.minimum must be given: the updates, from 1 to cohort.goal \(10\)/],
  ])('is refused as %j, and is told what fits', (change, message) => {
    expect(() => task({ strategy: fedAvg(), ...change })).toThrow(
      expect.objectContaining({ code: 'config.invalid', detail: expect.stringMatching(message) }),
    );
  });

  it('is the same under its own settings, and under those that an operator changes but for these', () => {
    const defined = task({});
    expect(withSettings(defined, {}, 1)).toEqual(defined);
    const changed = withSettings(defined, { cohort: { concurrency: 200 } }, 2);
    expect(changed.buffer).toEqual({ concurrency: 200, maxStaleness: 20 });
    expect(changesBetween(defined, changed)).toEqual([{ field: 'cohort.concurrency', from: 100, to: 200 }]);
    expect(settingsOf(changed).cohort).toEqual({
      mode: 'asynchronous',
      goal: 10,
      concurrency: 200,
      maxStaleness: 20,
    });
  });

  it('masks where it does not say otherwise, and then draws cohorts of those who have trained', () => {
    const cohort = { mode: 'asynchronous', goal: 40, concurrency: 100 } as const;
    const defined = defineTask({ ...least, masking: undefined, cohort });
    expect(defined.masking).toMatchObject({ threat: 'malicious' });
    expect(defined.cohort).toEqual({ goal: 40, minimum: 32, overSelection: 1.3 });
    expect([cohortSizeOf(defined), largestSumOf(defined), devicesAtOnce(defined)]).toEqual([52, 52, 152]);
    expect(withSettings(defined, {}, 1)).toEqual(defined);
    expect(settingsOf(defined).cohort).toEqual({
      mode: 'asynchronous',
      goal: 40,
      minimum: 32,
      overSelection: 1.3,
      concurrency: 100,
      maxStaleness: 0,
    });
    expect(() => withSettings(defined, { masking: 'off' }, 2)).toThrow(
      expect.objectContaining({ fields: [expect.anything()] }),
    );
  });

  it('becomes synchronous by its definition alone', () => {
    const synchronous = { mode: 'synchronous', minimum: 5, concurrency: undefined, maxStaleness: undefined };
    expect(() => withSettings(task({}), { cohort: synchronous }, 2)).toThrow(
      expect.objectContaining({ fields: [expect.objectContaining({ field: 'cohort.mode' })] }),
    );
  });
});
