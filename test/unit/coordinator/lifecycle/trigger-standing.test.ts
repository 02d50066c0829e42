import { endsOf } from '@murmuration/lifecycle/training-runs/ends';
import { look, type Observation } from '@murmuration/lifecycle/triggers/look';
import { heardBy, textOf } from '@murmuration/lifecycle/triggers/standing';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import {
  accuracyBelow,
  accuracyWorseThanAtPromotion,
  cron,
  drift,
  newExamples,
  type Trigger,
  webhook,
} from '@murmuration/rounds/task/retrain/triggers';
import { describe, expect, it } from 'vitest';
import { retrainOf } from './retrain.ts';

const task = 'spam' as TaskName;

/** What a trigger says it heard, after it has looked at all of these. */
function heard(trigger: Trigger, ...observations: readonly Observation[]): string | undefined {
  let memory = {};
  let said: string | undefined;
  for (const observation of observations) {
    memory = look([trigger], memory, observation, 0).memory;
    said = heardBy(trigger, memory, observation) ?? said;
  }
  return said;
}

const windowOf = (...drifted: readonly string[]): Observation => ({
  type: 'drift',
  window: {
    task,
    version: 7,
    features: ['a', 'b', 'c'].map(name => ({
      name,
      test: 'psi',
      score: 0,
      threshold: 0.1,
      drifted: drifted.includes(name),
    })),
    share: drifted.length / 3,
    isDrifted: false,
    window: { from: 0, to: 1 },
  },
});
const accuracyOf = (outcomes: number, metric = 'accuracy'): Observation => ({
  type: 'accuracy',
  accuracy: { task, version: 7, metric, value: 0.91, lower: 0.88, upper: 0.93, outcomes },
});

describe('what a trigger waits for', () => {
  it.each([
    [cron('0 3 * * 1'), 'At the times of "0 3 * * 1" (UTC).'],
    [drift(), 'When one of all features has drifted.'],
    [drift({ share: 0.3, features: ['a', 'b'] }), 'When at least 30 % of a, b have drifted.'],
    [accuracyBelow(0.8), 'When accuracy in use is below 0.8 by more than chance, with 500 outcomes or more.'],
    [
      accuracyWorseThanAtPromotion({ by: 0.05, atLeast: 200 }),
      'When accuracy in use is worse than with the first 200 outcomes of a version, by more than 0.05 and by more than chance.',
    ],
    [drift({ features: ['a'] }), 'When one of a has drifted.'],
    [
      accuracyBelow(0.2, { metric: 'logLoss', better: 'lower', atLeast: 7 }),
      'When logLoss in use is above 0.2 by more than chance, with 7 outcomes or more.',
    ],
    [newExamples(100), 'When there are 100 examples more than when the last run began.'],
  ])('is a sentence (%#)', (trigger, text) => expect(textOf(trigger)).toBe(text));

  it('tells no secret', () => {
    const secret = `whsec_${'A'.repeat(32)}`;
    expect(textOf(webhook({ secret }))).toBe('When a program calls the webhook "webhook".');
  });
});

describe('what a trigger heard last', () => {
  it('is the features that it looks at', () => {
    expect(heard(drift({ features: ['b', 'c'] }), windowOf('a', 'b'))).toBe(
      '1 of 2 features of version 7 had drifted in the newest window.',
    );
    expect(heard(drift(), windowOf('a'), windowOf())).toMatch(/^0 of 3/);
  });

  it('is its own metric, with the outcomes that it takes', () => {
    const trigger = accuracyBelow(0.8);
    expect(heard(trigger, accuracyOf(600))).toBe(
      'accuracy of version 7 is 0.91, between 0.88 and 0.93, by 600 outcomes.',
    );
    expect(heard(trigger, accuracyOf(40))).toMatch(/by 40 outcomes; 500 are needed\.$/);
    expect(heard(trigger, accuracyOf(600, 'false-positives'))).toBeUndefined();
    expect(heard(trigger, accuracyOf(500))).toMatch(/by 500 outcomes\.$/);
    const fell = accuracyWorseThanAtPromotion({ by: 0.05 });
    expect(heard(fell, accuracyOf(499))).toMatch(/^accuracy .* by 499 outcomes; 500 are needed\.$/);
  });

  it('is how many examples are new', () => {
    expect(heard(newExamples(100), { type: 'examples', total: 50 }, { type: 'examples', total: 62 })).toBe(
      'There are 12 new examples.',
    );
  });

  it('is nothing where something else was observed', () => {
    expect(heard(cron('0 3 * * 1'), windowOf('a'), { type: 'time' })).toBeUndefined();
    expect(heard(newExamples(1), windowOf('a'), accuracyOf(9))).toBeUndefined();
    expect(heard(drift(), accuracyOf(9), { type: 'examples', total: 1 })).toBeUndefined();
    expect(heard(accuracyBelow(0.5), windowOf('a'), { type: 'examples', total: 1 })).toBeUndefined();
    const memory = {};
    expect(heardBy(newExamples(1), memory, { type: 'examples', total: 5 })).toBe('There are 0 new examples.');
  });
});

it.each([
  [{ rounds: 2 }, 'It has made 2 versions.'],
  [{ metric: 'top1', target: 0.9 }, 'top1 is 0.9 or more on held-out examples.'],
  [{ metric: 'top1', plateau: 1 }, 'top1 got no better on held-out examples for 1 version.'],
  [{ time: '36 h' }, '36 hours have passed.'],
  [{ time: '90 min' }, '90 minutes have passed.'],
  [{ time: '90 s' }, '90 seconds have passed.'],
  [{ time: 1_500 }, '1500 ms have passed.'],
])('says what ends a run, with nothing but %j', (until, said) => {
  const failures = 1;
  expect(endsOf(retrainOf({ until: { ...until, failures } }).until)).toEqual([said, 'A round has failed.']);
});

it('says all that ends a run', () => {
  const { until } = retrainOf({
    until: {
      rounds: 1,
      time: '2 d',
      metric: 'loss',
      target: 0.1,
      plateau: 3,
    },
  });
  expect(endsOf(until)).toEqual([
    'It has made 1 version.',
    'loss is 0.1 or less on held-out examples.',
    'loss got no better on held-out examples for 3 versions.',
    '2 days have passed.',
    '10 rounds in a row have failed.',
  ]);
});
