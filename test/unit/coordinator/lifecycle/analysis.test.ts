import { analyse, comparisonsOf, endOf, figure } from '@murmuration/lifecycle/experiments/analysis';
import type { Experiment } from '@murmuration/lifecycle/experiments/experiment';
import { ArmTally } from '@murmuration/lifecycle/experiments/tally';
import { alwaysValid, halfWidth, tuned } from '@murmuration/monitoring/experiments/always-valid';
import { bestMean, bestShare } from '@murmuration/monitoring/experiments/best-arm';
import { welchTest, zTest } from '@murmuration/monitoring/experiments/fixed-horizon';
import { describe, expect, it } from 'vitest';
import { experiment } from '../../../contract/experiments.ts';

const armsOf = (...shares: readonly number[]) =>
  shares.map((share, at) => ({ ...experiment('x', 'line').arms[0]!, name: 'abc'[at]!, number: at, share }));
const given = (change: Partial<Experiment> = {}): Experiment =>
  experiment('x', 'line', { arms: armsOf(0.5, 0.5), covariate: null, planned: 5_000, ...change });

/** Keys of an arm: how many, how many of them fail and are right, and how long the others take. */
interface Keys {
  readonly n: number;
  readonly failed?: number;
  readonly right?: number;
  readonly ms?: (at: number) => number;
}

function tallyOf(of: Experiment, keys: readonly Keys[]): ArmTally {
  const tally = new ArmTally(of);
  for (const [index, { n, failed = 0, right, ms = () => 1 }] of keys.entries()) {
    const arm = of.arms[index]!.name;
    const units = Array.from({ length: n }, (_, at) => ({
      unit: `${arm} ${at}`,
      failed: at < failed,
      ms: ms(at),
    }));
    tally.window({ experiment: 'x', arm, requests: n, failures: failed, agreed: 0, dropped: 0, units });
    if (right !== undefined)
      for (let at = 0; at < n; at++) tally.outcome(arm, `${arm} ${at}`, at < right ? 1 : 0);
  }
  return tally;
}

const shareSums = (n: number, sum: number) => ({ n, sum, squares: sum });

describe('the analysis of an experiment', () => {
  it('compares shares by their sums, at any look and at a fixed one', () => {
    const of = given({ alpha: 0.1 });
    const [control, other] = analyse(
      of,
      tallyOf(of, [
        { n: 100, right: 50 },
        { n: 120, right: 90 },
      ]),
    );
    const [a, b] = [shareSums(100, 50), shareSums(120, 90)];
    expect(control).toMatchObject({
      comparison: null,
      unadjusted: null,
      fixed: null,
      chance: bestShare([a, b])[0],
    });
    expect(other!.chance).toEqual(bestShare([a, b])[1]);
    const { p, interval } = zTest(a, b, 0.1);
    expect(other!.fixed).toEqual({ p, interval });
    const test = alwaysValid({ alpha: 0.1, tuning: 5_000 });
    const state = test.add(test.add(test.init(), 'a', a), 'b', b);
    expect(other!.comparison).toEqual(test.verdict(state).comparisons[0]);
    expect(other!.unadjusted).toBeNull();
    const half = halfWidth(120, 0.75 * 0.25, tuned(0.1, 2_500), 0.1);
    expect(other!.value!.mean).toBe(0.75);
    expect(other!.value!.interval[0]).toBeCloseTo(0.75 - half, 12);
    expect(other!.value!.interval[1]).toBeCloseTo(Math.min(1, 0.75 + half), 12);
  });

  it('divides alpha among arms, and takes as tightest what is planned for two', () => {
    const of = given({ arms: armsOf(0.2, 0.2, 0.6), planned: 1_000 });
    const tally = tallyOf(of, [
      { n: 100, right: 50 },
      { n: 100, right: 70 },
      { n: 300, right: 200 },
    ]);
    const all = analyse(of, tally);
    for (const [at, tuning, sums] of [
      [1, (1_000 * 4 * 0.2 * 0.2) / 0.4, shareSums(100, 70)],
      [2, (1_000 * 4 * 0.6 * 0.2) / 0.8, shareSums(300, 200)],
    ] as const) {
      const test = alwaysValid({ alpha: 0.025, tuning });
      const state = test.add(test.add(test.init(), 'a', shareSums(100, 50)), 'bc'[at - 1]!, sums);
      expect(all[at]!.comparison).toEqual(test.verdict(state).comparisons[0]);
      const { p, interval } = zTest(shareSums(100, 50), sums, 0.025);
      expect(all[at]!.fixed).toEqual({ p, interval });
    }
  });

  it('of a canary stays with the share of its first step, and is never tighter than at 100 units', () => {
    const arms = armsOf(0.5, 0.5);
    const steps = [
      { share: 0.25, for: 1 },
      { share: 0.5, for: 1 },
    ];
    for (const [planned, tuning] of [
      [1_000, 1_000 * 4 * 0.25 * 0.75],
      [100, 100],
    ] as const) {
      const of = given({ kind: 'canary', arms, steps, planned });
      const tally = tallyOf(of, [
        { n: 100, right: 50 },
        { n: 100, right: 70 },
      ]);
      const test = alwaysValid({ alpha: 0.05, tuning });
      const state = test.add(test.add(test.init(), 'a', shareSums(100, 50)), 'b', shareSums(100, 70));
      expect(comparisonsOf(of, tally)).toEqual(test.verdict(state).comparisons);
    }
  });

  it('of latency turns it around: the lowest is the best, and no share', () => {
    const of = given({ metric: 'latency' });
    const tally = tallyOf(of, [
      { n: 60, ms: at => 5 + (at % 3) },
      { n: 60, ms: at => 4 + (at % 3) },
    ]);
    const [control, other] = analyse(of, tally);
    const sums = (least: number) => {
      const values = Array.from({ length: 60 }, (_, at) => least + (at % 3));
      const sum = (of: (value: number) => number) => values.reduce((total, value) => total + of(value), 0);
      return { n: 60, sum: sum(value => value), squares: sum(value => value * value) };
    };
    const turned = [sums(5), sums(4)].map(each => ({ ...each, sum: -each.sum }));
    expect([control!.chance, other!.chance]).toEqual(bestMean(turned));
    expect(other!.chance!.best).toBeGreaterThan(0.99);
    const { p, interval } = welchTest(sums(5), sums(4), 0.05);
    expect(other!.fixed).toEqual({ p, interval });
    expect(control!.value!.interval[1]).toBeGreaterThan(6);
  });

  it('knows nothing of few units, and little of equal ones', () => {
    const of = given({ metric: 'latency' });
    const none = analyse(of, tallyOf(of, [{ n: 0 }, { n: 3 }]));
    expect(none[0]).toMatchObject({ value: null, chance: null, comparison: null, fixed: null });
    expect(none[1]).toMatchObject({
      value: { mean: 1, interval: [-Infinity, Infinity] },
      comparison: null,
      fixed: null,
    });
    for (const [first, second] of [
      [1, 9],
      [9, 1],
    ] as const)
      expect(analyse(of, tallyOf(of, [{ n: first }, { n: second }]))[1]).toMatchObject({
        comparison: null,
        fixed: null,
      });
    // Two of each are enough.
    const two = analyse(
      of,
      tallyOf(of, [
        { n: 2, ms: at => at },
        { n: 2, ms: at => at },
      ]),
    );
    expect(two[1]!.comparison).not.toBeNull();
    expect(two[1]!.fixed).not.toBeNull();
    // Without any variance in an arm nobody knows which is the best.
    const equal = analyse(of, tallyOf(of, [{ n: 9 }, { n: 9, ms: at => at }]));
    expect(equal.map(({ chance }) => chance)).toEqual([null, null]);
    const shares = given();
    expect(analyse(shares, tallyOf(shares, [{ n: 1, right: 1 }, { n: 0 }]))[0]!.chance).toBeNull();
    expect(
      analyse(
        shares,
        tallyOf(shares, [
          { n: 1, right: 1 },
          { n: 1, right: 0 },
        ]),
      )[0]!.chance,
    ).not.toBeNull();
  });

  it('keeps shares from 0 to 1, and other figures from 0 on', () => {
    const of = given();
    const [low, high] = analyse(
      of,
      tallyOf(of, [
        { n: 9, right: 1 },
        { n: 9, right: 8 },
      ]),
    );
    expect([low!.value!.interval[0], high!.value!.interval[1]]).toEqual([0, 1]);
    const failures = given({ metric: 'failures' });
    expect(analyse(failures, tallyOf(failures, [{ n: 9, failed: 8 }, { n: 9 }]))[0]!.value!.interval[1]).toBe(
      1,
    );
  });

  it('of a mirror compares nothing', () => {
    const of = given({ kind: 'mirror', arms: armsOf(1), guards: [{ metric: 'failures', worseBy: 0 }] });
    const tally = tallyOf(of, [{ n: 100, right: 50, failed: 99 }]);
    expect(comparisonsOf(of, tally)).toEqual([]);
    expect(analyse(of, tally)).toMatchObject([{ chance: null, comparison: null, fixed: null }]);
    expect(endOf(of, tally)).toBeUndefined();
  });

  it('takes what a device says for a mean, and no share', () => {
    const of = given({ query: 'by-arm' });
    const tally = new ArmTally(of);
    const sums = [
      { n: 100, sum: 50, squares: 30 },
      { n: 100, sum: 70, squares: 52 },
    ];
    for (const [at, each] of sums.entries())
      tally.asked('ab'[at]!, { number: 1, found: { sums: each, predictions: 900, good: 450, lost: 0 } });
    const [control, other] = analyse(of, tally);
    const { p, interval } = welchTest(sums[0]!, sums[1]!, 0.05);
    expect(other!.fixed).toEqual({ p, interval });
    expect([control!.chance, other!.chance]).toEqual(bestMean(sums));
  });
});

describe('what ends an experiment', () => {
  const guarded = (metric: Experiment['metric'], worseBy = 0, change: Partial<Experiment> = {}) =>
    given({ guards: [{ metric, worseBy }], ...change });

  it('is a guard, once an arm is worse by more than it allows', () => {
    const of = guarded('failures', 0.1);
    const keys = [
      { n: 500, failed: 50 },
      { n: 500, failed: 300 },
    ];
    const { comparisons } = (() => {
      const test = alwaysValid({ alpha: 0.05, tuning: 5_000 });
      return test.verdict(test.add(test.add(test.init(), 'a', shareSums(500, 50)), 'b', shareSums(500, 300)));
    })();
    const least = comparisons[0]!.interval[0];
    expect(endOf(of, tallyOf(of, keys))).toEqual({
      outcome: 'guarded',
      reason: `b has a share of failures of 0.6, 0.5 worse than the control and by at least ${figure(least)}.`,
    });
    const just = guarded('failures', least);
    expect(endOf(just, tallyOf(just, keys))).toBeUndefined();
    const less = guarded('failures', least * (1 - 1e-9));
    expect(endOf(less, tallyOf(less, keys))?.outcome).toBe('guarded');
    // Better is no harm.
    expect(endOf(of, tallyOf(of, keys.toReversed()))).toBeUndefined();
  });

  it('turns accuracy around', () => {
    const of = guarded('accuracy');
    const reason = endOf(
      of,
      tallyOf(of, [
        { n: 500, right: 450 },
        { n: 500, right: 200 },
      ]),
    )?.reason;
    expect(reason).toMatch(
      /^b has an accuracy of 0\.4, 0\.5 worse than the control and by at least 0\.\d+\.$/,
    );
    expect(
      endOf(
        of,
        tallyOf(of, [
          { n: 500, right: 200 },
          { n: 500, right: 450 },
        ]),
      ),
    ).toBeUndefined();
  });

  it('names every metric', () => {
    const slow = guarded('latency');
    const ms = (least: number) => (at: number) => least + (at % 2);
    expect(
      endOf(
        slow,
        tallyOf(slow, [
          { n: 500, ms: ms(1) },
          { n: 500, ms: ms(9) },
        ]),
      )?.reason,
    ).toMatch(/^b has a mean latency in ms of 9\.5, 8 worse/);
    const wrong = guarded('error');
    expect(
      endOf(
        wrong,
        tallyOf(wrong, [
          { n: 500, right: 9 },
          { n: 500, right: 400 },
        ]),
      )?.reason,
    ).toMatch(/^b has a mean error of 0\.8, 0\.782 worse/);
  });

  it('waits for fifty units of both arms', () => {
    const of = guarded('failures');
    for (const [a, b, ends] of [
      [50, 50, true],
      [49, 50, false],
      [50, 49, false],
    ] as const) {
      const tally = tallyOf(of, [
        { n: a, failed: 1 },
        { n: b, failed: b - 1 },
      ]);
      expect(endOf(of, tally)?.outcome).toBe(ends ? 'guarded' : undefined);
    }
  });

  it('divides alpha among guards', () => {
    const keys = [
      { n: 100, failed: 10 },
      { n: 100, failed: 30 },
    ];
    const one = guarded('failures', 0, { alpha: 0.2, planned: 100 });
    const many = given({
      alpha: 0.2,
      planned: 100,
      guards: (['error', 'accuracy', 'latency', 'failures'] as const).map(metric => ({ metric, worseBy: 0 })),
    });
    const [, b] = [shareSums(100, 10), shareSums(100, 30)];
    for (const [of, alpha] of [
      [one, 0.2],
      [many, 0.05],
    ] as const) {
      const test = alwaysValid({ alpha, tuning: 100 });
      const state = test.add(test.add(test.init(), 'a', shareSums(100, 10)), 'b', b);
      const { interval } = test.verdict(state).comparisons[0]!;
      expect(endOf(of, tallyOf(of, keys)) !== undefined).toBe(interval[0] > 0);
    }
  });

  it('is a broken split, of keys or of devices', () => {
    const keys = [{ n: 4_000 }, { n: 1_000 }];
    const of = given();
    expect(endOf(of, tallyOf(of, keys))).toEqual({
      outcome: 'broken',
      reason: expect.stringMatching(
        /^Keys do not fall into the arms as they should \(p = [\d.e-]+\): what it measured can't be trusted\.$/,
      ),
    });
    const right = given({ arms: armsOf(0.8, 0.2) });
    expect(endOf(right, tallyOf(right, keys))).toBeUndefined();
    const devices = given({ query: 'by-arm' });
    const tally = new ArmTally(devices);
    for (let at = 0; at < 5_000; at++) tally.came(at < 4_000 ? 'a' : 'b', `device ${at}`);
    expect(endOf(devices, tally)?.reason).toMatch(
      /^Devices do not come, or answer, in all arms alike \(p = /,
    );
  });
});

it('figures have three digits', () => {
  expect([0.123456, 1_234.5, 1e-9, 0].map(figure)).toEqual(['0.123', '1230', '1e-9', '0']);
});
