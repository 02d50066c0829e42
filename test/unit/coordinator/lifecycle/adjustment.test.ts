import { adjusted } from '@murmuration/lifecycle/experiments/adjustment';
import { analyse, comparisonsOf } from '@murmuration/lifecycle/experiments/analysis';
import type { Experiment } from '@murmuration/lifecycle/experiments/experiment';
import { experimentMessage } from '@murmuration/lifecycle/experiments/messages';
import { ArmTally } from '@murmuration/lifecycle/experiments/tally';
import { welchTest } from '@murmuration/monitoring/experiments/fixed-horizon';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from '../../monitoring/uniform.ts';

function experiment(rest: Partial<Experiment> = {}): Experiment {
  return {
    id: 'e',
    task: 'line' as TaskName,
    name: 'smaller',
    kind: 'ab',
    salt: 'salt',
    layer: { name: 'default', from: 0, to: 1 },
    key: { in: 'header', name: 'x-key' },
    covariate: { in: 'header', name: 'x-before' },
    arms: ['a', 'b'].map(name => ({ name, number: 1, model: '1'.repeat(64) as ModelHash, share: 0.5 })),
    metric: 'error',
    alpha: 0.05,
    planned: 1_000,
    guards: [],
    steps: null,
    step: 0,
    stepAt: 0,
    atLeast: 50,
    devices: false,
    createdAt: 0,
    createdBy: 'Ada',
    endsAt: null,
    endedAt: null,
    outcome: 'running',
    reason: null,
    ...rest,
  };
}

interface Seen {
  readonly arm: string;
  readonly failed?: boolean;
  readonly ms?: number;
  readonly covariate?: number | undefined;
  readonly value?: number;
}

/** A key's first request, and its outcome. */
function see(tally: ArmTally, unit: string, { arm, failed = false, ms = 1, covariate, value }: Seen): void {
  const none = { failures: 0, agreed: 0, dropped: 0 };
  tally.window({
    experiment: 'e',
    arm,
    requests: 1,
    ...none,
    units: [{ unit, failed, ms, ...(covariate !== undefined && { covariate }) }],
  });
  if (value !== undefined) tally.outcome(arm, unit, value);
}

/** Keys of both arms whose errors follow what was known of them; the second arm's are larger by `effect`. */
function measured(of: Experiment, count: number, effect: number, seed = 1): ArmTally {
  const tally = new ArmTally(of);
  const gaussian = normal(uniform(seed));
  for (let unit = 0; unit < count; unit++) {
    const isSecond = unit % 2 === 1;
    const covariate = gaussian();
    const value = 10 + covariate + 0.3 * gaussian() + (isSecond ? effect : 0);
    see(tally, `${unit}`, { arm: isSecond ? 'b' : 'a', covariate, value, ms: value });
  }
  return tally;
}

describe('a covariate', () => {
  it('shows a difference that is hidden without it, and what there would be beside', () => {
    const of = experiment();
    const tally = measured(of, 2_000, 0.1);
    const said = experimentMessage(of, tally);
    expect(said.covariate).toMatchObject({ in: 'header', name: 'x-before', known: 2_000 });
    // 0.09 of 1.09 remains.
    expect(said.covariate!.removed).toBeCloseTo(1 - 0.09 / 1.09, 1);
    const { difference, best } = said.arms[1]!;
    expect(difference!.isDecided).toBe(true);
    expect(difference!.interval[0]).toBeGreaterThan(0);
    expect(difference!.interval[0]).toBeLessThan(0.1);
    expect(difference!.interval[1]).toBeGreaterThan(0.1);
    expect(difference!.fixed!.p).toBeLessThan(1e-6);
    // Errors should be low.
    expect(best).toBeLessThan(1e-6);
    const plain = difference!.unadjusted!;
    expect(plain.p).toBeGreaterThan(0.05);
    expect(plain.interval[0]).toBeLessThan(0);
    const [without] = comparisonsOf({ ...of, covariate: null }, tally);
    expect(plain).toEqual({ effect: without!.effect, interval: without!.interval, p: without!.p });
    expect(said.verdict).toMatch(/^a is better than every other arm\./);
    // What an arm's keys say of it stays what they said.
    expect(said.arms[0]!.value!.mean).toBe(said.arms[0]!.accuracy);
  });

  it.each(['accuracy', 'error', 'failures', 'latency'] as const)('is about the %s of keys', metric => {
    const of = experiment({ metric });
    const tally = new ArmTally(of);
    const random = uniform(3);
    for (let unit = 0; unit < 800; unit++) {
      const covariate = random();
      const isSo = random() < covariate;
      const value = metric === 'accuracy' ? Number(isSo) : covariate + 0.1 * random();
      const failed = metric === 'failures' ? isSo : unit % 10 === 0;
      see(tally, `${unit}`, { arm: unit % 2 === 0 ? 'a' : 'b', covariate, failed, ms: 5 + value, value });
    }
    const { covariate, arms } = experimentMessage(of, tally);
    expect(covariate!.removed).toBeGreaterThan(metric === 'accuracy' || metric === 'failures' ? 0.2 : 0.8);
    // What failed says nothing of how long an answer takes.
    expect(covariate!.known).toBe(metric === 'latency' ? 720 : 800);
    expect(arms[1]!.difference!.unadjusted).not.toBeNull();
    expect(arms.reduce((sum, { best }) => sum + best!, 0)).toBeCloseTo(1, 9);
  });

  it('is the one of the first request of a key, and counts once the key does', () => {
    const of = experiment();
    const tally = new ArmTally(of);
    see(tally, 'one', { arm: 'a', covariate: 2 });
    see(tally, 'one', { arm: 'a', covariate: 9 });
    expect(tally.of('a').known.n).toBe(0);
    tally.outcome('a', 'one', 3);
    tally.outcome('a', 'one', 4);
    see(tally, 'two', { arm: 'a', value: 5 });
    expect([tally.of('a').known.n, tally.of('a').values.n]).toEqual([1, 2]);
    expect(tally.take()!.units.map(({ unit, covariate }) => [unit, covariate])).toEqual([
      ['one', 2],
      ['two', null],
    ]);
  });

  it('is not taken where nobody asked for it', () => {
    const of = experiment({ covariate: null });
    const tally = measured(of, 200, 0);
    expect(tally.take()!.units.every(({ covariate }) => covariate === null)).toBe(true);
    const said = experimentMessage(of, tally);
    expect([said.covariate, said.arms[1]!.difference!.unadjusted]).toEqual([null, null]);
  });

  it('waits for 50 keys in each arm', () => {
    const of = experiment();
    for (const [keys, isAdjusted] of [
      [98, false],
      [100, true],
    ] as const) {
      const tally = measured(of, keys, 0);
      expect(adjusted(of, tally) !== undefined).toBe(isAdjusted);
      const [, second] = analyse(of, tally);
      expect(second!.comparison).not.toBeNull();
      expect(second!.unadjusted !== null).toBe(isAdjusted);
    }
  });

  it('that says the metric itself is left alone', () => {
    const of = experiment();
    const tally = new ArmTally(of);
    const random = uniform(2);
    for (let unit = 0; unit < 200; unit++) {
      const value = random();
      see(tally, `${unit}`, { arm: unit % 2 === 0 ? 'a' : 'b', covariate: 3 * value + 1, value });
    }
    expect(adjusted(of, tally)).toBeUndefined();
    expect(analyse(of, tally)[1]!.comparison!.isDecided).toBe(false);
  });

  it('says the same after a restart, in whatever order keys are read', () => {
    const of = experiment();
    const tally = measured(of, 400, 0.2);
    const { counts, units } = tally.take()!;
    const again = new ArmTally(of, counts, units.toReversed());
    const [before, after] = [analyse(of, tally), analyse(of, again)];
    expect(adjusted(of, again)!.removed).toBeCloseTo(adjusted(of, tally)!.removed, 12);
    expect(after[1]!.comparison!.effect).toBeCloseTo(before[1]!.comparison!.effect, 12);
    expect(after[1]!.comparison!.p).toBeCloseTo(before[1]!.comparison!.p, 9);
  });

  it('finds no winner among equals more often than alpha, however often one looks', () => {
    const alpha = 0.1;
    const of = experiment({ alpha, planned: 400 });
    const trials = 150;
    const found = { adjusted: 0, fixed: 0 };
    for (let trial = 0; trial < trials; trial++) {
      const random = uniform(7_919 * (trial + 1));
      const gaussian = normal(random);
      const tally = new ArmTally(of);
      const seen = { adjusted: false, fixed: false };
      for (let unit = 0; unit < 600; unit++) {
        // Skewed, unknown of every fifth key, and arms of different sizes: what makes chance look like an effect.
        const before = Math.exp(gaussian());
        const value = 3 * before + before * gaussian();
        const covariate = random() < 0.2 ? undefined : before;
        see(tally, `${unit}`, { arm: random() < 0.3 ? 'a' : 'b', covariate, value });
        if (unit % 20 !== 19) continue;
        const [control, second] = adjusted(of, tally)?.sums ?? [];
        if (!control || !second) continue;
        seen.adjusted ||= comparisonsOf(of, tally)[0]!.isDecided;
        seen.fixed ||= welchTest(control, second).p < alpha;
      }
      found.adjusted += Number(seen.adjusted);
      found.fixed += Number(seen.fixed);
    }
    expect(found.adjusted / trials).toBeLessThanOrEqual(alpha);
    // The test at a fixed end, looked at as often, says what a broken one would.
    expect(found.fixed / trials).toBeGreaterThan(2 * alpha);
  });
});
