import {
  look,
  nextTime,
  onceBegun,
  type TriggerMemory,
  withoutGone,
} from '@murmuration/lifecycle/triggers/look';
import { wilson } from '@murmuration/monitoring/accuracy/wilson';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { ComparedWindow, LiveAccuracy } from '@murmuration/rounds/events/monitored';
import {
  accuracyBelow,
  accuracyWorseThanAtPromotion,
  cron,
  drift,
  keyOf,
  newExamples,
  type Trigger,
  webhook,
} from '@murmuration/rounds/task/retrain/triggers';
import { describe, expect, it } from 'vitest';
import { uniform } from '../../monitoring/uniform.ts';

const task = 'spam' as TaskName;
const day = 86_400_000;
const monday = Date.UTC(2026, 0, 5);

function windowOf(drifted: Readonly<Record<string, boolean>>): ComparedWindow {
  const features = Object.entries(drifted).map(([name, drifted]) => ({
    name,
    test: 'psi',
    score: drifted ? 0.4 : 0.01,
    threshold: 0.1,
    drifted,
  }));
  const share = features.filter(each => each.drifted).length / features.length;
  return { task, version: 7, features, share, isDrifted: share >= 0.5, window: { from: 0, to: day } };
}

const accuracyOf = (value: number, change: Partial<LiveAccuracy> = {}): LiveAccuracy => ({
  task,
  version: 7,
  metric: 'accuracy',
  value,
  lower: value - 0.02,
  upper: value + 0.02,
  outcomes: 1_000,
  ...change,
});

/** The triggers that fire, by what they say, and what is remembered after all. */
function told(triggers: readonly Trigger[], seen: readonly Parameters<typeof look>[2][], now = monday) {
  let memory: TriggerMemory = {};
  const reasons = seen.map(observation => {
    const looked = look(triggers, memory, observation, now);
    memory = looked.memory;
    return looked.fired.map(({ reason }) => reason);
  });
  return { reasons, memory };
}

describe('a trigger by time', () => {
  const weekly = [cron('0 3 * * 1')];
  const at = (now: number, memory: TriggerMemory) => look(weekly, memory, { type: 'time' }, now);

  it('fires when its pattern is due, and not for what was before it was there', () => {
    const first = at(monday + 4 * 3_600_000, {});
    expect(first.fired).toEqual([]);
    expect(nextTime(weekly, first.memory)).toBe(monday + 7 * day + 3 * 3_600_000);
    expect(at(monday + 7 * day + 3 * 3_600_000 - 1, first.memory)).toEqual({
      memory: first.memory,
      fired: [],
    });
    const due = at(monday + 7 * day + 3 * 3_600_000, first.memory);
    expect(due.fired).toMatchObject([
      { trigger: 'cron', reason: 'It was time by "0 3 * * 1" (UTC).', figures: { pattern: '0 3 * * 1' } },
    ]);
    expect(at(monday + 7 * day + 3 * 3_600_000, due.memory).fired).toEqual([]);
  });

  it('fires once for all times that were missed', () => {
    const { memory } = at(monday, {});
    const late = at(monday + 100 * day, memory);
    expect(late.fired).toHaveLength(1);
    expect(at(monday + 100 * day + 1, late.memory).fired).toEqual([]);
  });

  it('goes by its time zone', () => {
    const berlin = [cron('0 3 * * *', { timezone: 'Europe/Berlin' })];
    const { memory } = look(berlin, {}, { type: 'time' }, monday);
    expect(nextTime(berlin, memory)).toBe(monday + 2 * 3_600_000);
  });
});

describe('a trigger by drift', () => {
  const seen = (trigger: Trigger, drifted: Readonly<Record<string, boolean>>) =>
    told([trigger], [{ type: 'drift', window: windowOf(drifted) }]).reasons[0]!;

  it('fires at its share of features, and never without one that drifted', () => {
    expect(seen(drift({ share: 0.5 }), { a: true, b: false, c: false })).toEqual([]);
    expect(seen(drift({ share: 0.5 }), { a: true, b: true, c: false, d: false })).toEqual([
      '2 of 4 features of version 7 have drifted: a, b.',
    ]);
    expect(seen(drift(), { a: true, b: false, c: false })).toHaveLength(1);
    expect(seen(drift(), { a: false, b: false })).toEqual([]);
    expect(seen(drift({ share: 0 }), {})).toEqual([]);
  });

  it('looks at the features that it names alone', () => {
    const named = drift({ features: ['b', 'c'], share: 1 });
    expect(seen(named, { a: false, b: true, c: true })).toEqual([
      '2 of 2 features of version 7 have drifted: b, c.',
    ]);
    expect(seen(named, { a: true, b: true, c: false })).toEqual([]);
    expect(seen(drift({ features: ['elsewhere'] }), { a: true })).toEqual([]);
  });

  it('says of many features how many there are', () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, true]));
    expect(seen(drift(), many)).toEqual([
      '9 of 9 features of version 7 have drifted: f0, f1, f2, f3, f4 and 4 more.',
    ]);
  });
});

describe('what a look tells', () => {
  it('is all that it went by', () => {
    const firedBy = (trigger: Trigger, observation: Parameters<typeof look>[2], memory: TriggerMemory = {}) =>
      look([trigger], memory, observation, monday + 5).fired;
    expect(
      firedBy(drift({ share: 0.5 }), { type: 'drift', window: windowOf({ a: true, b: false }) }),
    ).toEqual([
      {
        trigger: 'drift',
        reason: '1 of 2 features of version 7 have drifted: a.',
        figures: { version: 7, share: 0.5, drifted: 1, compared: 2, from: 0, to: day },
        at: monday + 5,
      },
    ]);
    expect(firedBy(accuracyBelow(0.9), { type: 'accuracy', accuracy: accuracyOf(0.5) })).toMatchObject([
      {
        trigger: 'accuracy-below',
        figures: {
          version: 7,
          metric: 'accuracy',
          value: 0.5,
          lower: 0.48,
          upper: 0.52,
          line: 0.9,
          outcomes: 1_000,
        },
        at: monday + 5,
      },
    ]);
    const fell = accuracyWorseThanAtPromotion({ by: 0.05 });
    const memory = { [keyOf(fell)]: { kind: 'accuracy-fell', version: 7, value: 0.9 } } as const;
    expect(firedBy(fell, { type: 'accuracy', accuracy: accuracyOf(0.5) }, memory)).toMatchObject([
      {
        trigger: 'accuracy-fell',
        figures: {
          version: 7,
          metric: 'accuracy',
          value: 0.5,
          lower: 0.48,
          upper: 0.52,
          first: 0.9,
          outcomes: 1_000,
        },
        at: monday + 5,
      },
    ]);
    const examples = newExamples(100);
    const counted = { [keyOf(examples)]: { kind: 'new-examples', base: 50, total: 60 } } as const;
    expect(firedBy(examples, { type: 'examples', total: 160 }, counted)).toEqual([
      {
        trigger: 'new-examples',
        reason: 'There are 110 new examples; 100 are enough.',
        figures: { total: 160, new: 110, enough: 100 },
        at: monday + 5,
      },
    ]);
    const daily = cron('0 3 * * *');
    const looked = { [keyOf(daily)]: { kind: 'cron', at: monday - day } } as const;
    expect(firedBy(daily, { type: 'time' }, looked)).toMatchObject([
      { figures: { pattern: '0 3 * * *', due: monday - day + 3 * 3_600_000 }, at: monday + 5 },
    ]);
  });

  it('concerns no trigger of another kind', () => {
    const all = [
      cron('0 3 * * *'),
      drift(),
      newExamples(1),
      accuracyBelow(0.9),
      accuracyWorseThanAtPromotion({ by: 0.05 }),
    ];
    const keysOf = (observation: Parameters<typeof look>[2]) =>
      Object.values(look(all, {}, observation, monday).memory).map(({ kind }) => kind);
    expect(keysOf({ type: 'time' })).toEqual(['cron']);
    expect(keysOf({ type: 'examples', total: 3 })).toEqual(['new-examples']);
    expect(keysOf({ type: 'drift', window: windowOf({ a: true }) })).toEqual([]);
    expect(keysOf({ type: 'accuracy', accuracy: accuracyOf(0.5) })).toEqual(['accuracy-fell']);
    const firing = (observation: Parameters<typeof look>[2]) =>
      look(all, {}, observation, monday).fired.map(({ trigger }) => trigger);
    expect(firing({ type: 'time' })).toEqual([]);
    expect(firing({ type: 'drift', window: windowOf({ a: true }) })).toEqual(['drift']);
    expect(firing({ type: 'accuracy', accuracy: accuracyOf(0.5) })).toEqual(['accuracy-below']);
  });

  it('is due when the first of them is', () => {
    const patterns = ['0 9 * * *', '0 3 * * *'].map(pattern => cron(pattern));
    const { memory } = look([...patterns, drift()], {}, { type: 'time' }, monday);
    expect(nextTime([...patterns, drift()], memory)).toBe(monday + 3 * 3_600_000);
    expect(nextTime(patterns, {})).toBe(Infinity);
    expect(nextTime([drift()], {})).toBe(Infinity);
    expect(nextTime([], memory)).toBe(Infinity);
  });

  it('leaves what others remember, once a run begins', () => {
    const memory = {
      a: { kind: 'new-examples', base: 1, total: 7 },
      b: { kind: 'cron', at: 3 },
    } as const;
    expect(onceBegun(memory)).toEqual({ ...memory, a: { kind: 'new-examples', base: 7, total: 7 } });
  });
});

describe('a trigger by accuracy below a line', () => {
  const seen = (trigger: Trigger, accuracy: LiveAccuracy) =>
    told([trigger], [{ type: 'accuracy', accuracy }]).reasons[0]!;

  it('fires where the whole interval is on the worse side', () => {
    const trigger = accuracyBelow(0.9);
    expect(seen(trigger, accuracyOf(0.86))).toEqual([
      'accuracy of version 7 is 0.86, and 0.8885 at best, by 1000 outcomes; the line is 0.9.',
    ]);
    expect(seen(trigger, accuracyOf(0.89))).toEqual([]);
    expect(seen(trigger, accuracyOf(0.95))).toEqual([]);
  });

  it('waits for enough outcomes, of its own metric', () => {
    const trigger = accuracyBelow(0.9, { atLeast: 200 });
    expect(seen(trigger, accuracyOf(0.1, { outcomes: 199 }))).toEqual([]);
    expect(seen(trigger, accuracyOf(0.1, { outcomes: 200 }))).toHaveLength(1);
    expect(seen(trigger, accuracyOf(0.1, { metric: 'top3' }))).toEqual([]);
    expect(seen(accuracyBelow(0.9), accuracyOf(0.1, { outcomes: 499 }))).toEqual([]);
  });

  it('knows metrics of which less is better', () => {
    const trigger = accuracyBelow(0.1, { metric: 'logLoss', better: 'lower' });
    expect(seen(trigger, accuracyOf(0.11, { metric: 'logLoss' }))).toEqual([]);
    expect(seen(trigger, accuracyOf(0.15, { metric: 'logLoss' }))).toHaveLength(1);
    // Beyond 1 it is no share, and its interval is what is given.
    const large = accuracyBelow(3, { metric: 'logLoss', better: 'lower' });
    const reason = 'logLoss of version 7 is 3.1, and 3.08 at best, by 1000 outcomes; the line is 3.';
    expect(seen(large, accuracyOf(3.1, { metric: 'logLoss' }))).toEqual([reason]);
    expect(seen(large, accuracyOf(3.02, { metric: 'logLoss', lower: 3 }))).toEqual([]);
    expect(seen(accuracyBelow(-1), accuracyOf(-2))).toHaveLength(1);
    expect(seen(accuracyBelow(-1), accuracyOf(-1.02, { upper: -1 }))).toEqual([]);
  });

  it('takes the better end of both intervals', () => {
    const wide = accuracyOf(0.5, { upper: 0.95 });
    expect(seen(accuracyBelow(0.9), wide)).toEqual([]);
    const wideLoss = accuracyOf(0.5, { metric: 'logLoss', lower: 0.05 });
    expect(seen(accuracyBelow(0.1, { metric: 'logLoss', better: 'lower' }), wideLoss)).toEqual([]);
  });
});

describe('a trigger by accuracy worse than at promotion', () => {
  const trigger = accuracyWorseThanAtPromotion({ by: 0.05 });
  const seen = (...all: readonly LiveAccuracy[]) =>
    told(
      [trigger],
      all.map(accuracy => ({ type: 'accuracy', accuracy })),
    ).reasons.map(({ length }) => length);

  it('compares a version with itself, when it had its first outcomes', () => {
    expect(seen(accuracyOf(0.9), accuracyOf(0.86), accuracyOf(0.82), accuracyOf(0.78))).toEqual([0, 0, 0, 1]);
    expect(seen(accuracyOf(0.99, { outcomes: 10 }), accuracyOf(0.8), accuracyOf(0.78))).toEqual([0, 0, 0]);
    expect(seen(accuracyOf(0.9, { metric: 'top3' }), accuracyOf(0.5))).toEqual([0, 0]);
    const [enough, few] = [{ outcomes: 500 }, { outcomes: 499 }];
    expect(seen(accuracyOf(0.9, enough), accuracyOf(0.5, few), accuracyOf(0.5, enough))).toEqual([0, 0, 1]);
    expect(seen(accuracyOf(0.9, few), accuracyOf(0.5))).toEqual([0, 0]);
  });

  it('knows metrics of which less is better', () => {
    const rises = accuracyWorseThanAtPromotion({ by: 1, metric: 'logLoss', better: 'lower' });
    const { reasons } = told(
      [rises],
      [2, 3, 3.05].map(value => ({ type: 'accuracy', accuracy: accuracyOf(value, { metric: 'logLoss' }) })),
    );
    expect(reasons).toEqual([
      [],
      [],
      [
        'logLoss of version 7 went from 2, or 2.02 at worst, to 3.05, and 3.03 at best, by 1000 outcomes; it may fall by 1.',
      ],
    ]);
  });

  it('begins anew with the next version, whatever still comes of the one before', () => {
    const next = { version: 8 };
    expect(
      seen(
        accuracyOf(0.9),
        accuracyOf(0.7, next),
        accuracyOf(0.5),
        accuracyOf(0.64, next),
        accuracyOf(0.55, next),
      ),
    ).toEqual([0, 0, 0, 0, 1]);
  });

  it('says what was and what is', () => {
    const { reasons } = told(
      [trigger],
      [0.9, 0.78].map(value => ({ type: 'accuracy', accuracy: accuracyOf(value) })),
    );
    expect(reasons[1]).toEqual([
      'accuracy of version 7 went from 0.9, or 0.88 at worst, to 0.78, and 0.8148 at best, by 1000 outcomes; it may fall by 0.05.',
    ]);
  });
});

describe('a trigger by a live metric that does not change', () => {
  it.each([
    ['is below a line', accuracyBelow(0.9)],
    ['fell', accuracyWorseThanAtPromotion({ by: 0.001 })],
    ['fell by a little', accuracyWorseThanAtPromotion({ by: 0.02 })],
  ])('hardly ever fires, though it is told all the time: %s', (_, trigger) => {
    const random = uniform(3);
    const trials = 200;
    let fired = 0;
    for (let trial = 0; trial < trials; trial++) {
      let right = 0;
      let memory: TriggerMemory = {};
      for (let outcomes = 1; outcomes <= 10_000; outcomes++) {
        if (random() < 0.9) right += 1;
        if (outcomes < 500 || outcomes % 50 > 0) continue;
        const [lower, upper] = wilson(right, outcomes);
        const accuracy = accuracyOf(right / outcomes, { lower, upper, outcomes });
        const looked = look([trigger], memory, { type: 'accuracy', accuracy }, monday);
        memory = looked.memory;
        if (looked.fired.length === 0) continue;
        fired += 1;
        break;
      }
    }
    expect(fired / trials).toBeLessThanOrEqual(0.05);
  });
});

describe('a trigger by new examples', () => {
  const triggers = [newExamples(100)];
  const count = (total: number, memory: TriggerMemory) =>
    look(triggers, memory, { type: 'examples', total }, monday);

  it('fires at each count from which on there are enough, and anew once a run has begun', () => {
    const first = count(5_000, {});
    expect(first.fired).toEqual([]);
    const few = count(5_099, first.memory);
    expect(few.fired).toEqual([]);
    const enough = count(5_100, few.memory);
    expect(enough.fired).toMatchObject([
      { trigger: 'new-examples', reason: 'There are 100 new examples; 100 are enough.' },
    ]);
    // What was suppressed fires again.
    expect(count(5_100, enough.memory).fired).toHaveLength(1);
    const begun = onceBegun(enough.memory);
    expect(count(5_199, begun).fired).toEqual([]);
    expect(count(5_200, begun).fired).toHaveLength(1);
  });

  it('counts from fewer where examples were deleted', () => {
    const { memory } = count(40, count(5_000, {}).memory);
    expect(count(139, memory).fired).toEqual([]);
    expect(count(140, memory).fired).toHaveLength(1);
  });
});

describe('what triggers remember', () => {
  it('is forgotten with a trigger that is gone or is another one now', () => {
    const [before, after] = [cron('0 3 * * 1'), cron('0 4 * * 1')];
    const { memory } = look([before], {}, { type: 'time' }, monday);
    expect(Object.keys(withoutGone([before], memory))).toEqual([keyOf(before)]);
    expect(withoutGone([after], memory)).toEqual({});
  });
});

describe('the definition of a trigger', () => {
  it.each([
    ['a pattern that is none', () => cron('every day'), 'expected a cron pattern such as "0 3 * * 1"'],
    ['a pattern that no day fits', () => cron('0 0 30 2 *'), 'a cron pattern that some day fits'],
    ['a time zone that is none', () => cron('0 3 * * 1', { timezone: 'Mars' }), 'such as "Europe/Berlin"'],
    ['a share above 1', () => drift({ share: 30 }), 'share'],
    ['no features', () => drift({ features: [] }), 'features'],
    ['a line that is no number', () => accuracyBelow(Number.NaN), 'value'],
    ['a fall by nothing', () => accuracyWorseThanAtPromotion({ by: 0 }), 'by'],
    ['no examples', () => newExamples(0), 'count'],
    ['no outcomes', () => accuracyBelow(0.5, { atLeast: 0 }), 'atLeast'],
    ['a secret that is short', () => webhook({ secret: 'whsec_c2hvcnQ=' }), '24 to 64 random bytes'],
    ['a name with other letters', () => webhook({ name: 'Data Lake', secret: secretOf(1) }), 'lower-case'],
  ])('refuses %s', (_, define, said) => {
    expect(define).toThrow(
      expect.objectContaining({ code: 'config.invalid', detail: expect.stringContaining(said) }),
    );
  });

  it('never shows the secret of a webhook', () => {
    const trigger = webhook({ secret: secretOf(1) });
    expect(
      JSON.stringify(trigger) + keyOf(trigger) + String((trigger as { secret: unknown }).secret),
    ).not.toContain(secretOf(1).slice(6));
    expect(() => webhook({ secret: 'hunter2' })).toThrow(
      expect.not.objectContaining({ detail: expect.stringContaining('hunter2') }),
    );
  });
});

function secretOf(byte: number): string {
  return `whsec_${Buffer.alloc(24, byte).toString('base64')}`;
}
