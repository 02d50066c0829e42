import type { Experiment, ExperimentMetric } from '@murmuration/lifecycle/experiments/experiment';
import { ArmTally, sumsOf } from '@murmuration/lifecycle/experiments/tally';
import { hashed } from '@murmuration/serving/experiments/assignment';
import { memoryExperiments } from '@murmuration/storage/memory/experiments';
import { describe, expect, it } from 'vitest';
import { experiment } from '../../../contract/experiments.ts';

const arms = ['a', 'b'].map((name, number) => ({
  ...experiment('x', 'line').arms[0]!,
  name,
  number,
  share: 0.5,
}));
const ofKeys = experiment('x', 'line', { arms });
const ofDevices = experiment('x', 'line', { arms, query: 'by-arm', covariate: null });

const unitOf = (at: number) => hashed('salt', `person ${at}`).unit;

/** A request of each of these people to one arm, in windows of thousands. */
function ask(tally: ArmTally, arm: string, from: number, to: number): void {
  const counts = { experiment: 'x', arm, requests: to - from, failures: 0, agreed: 0, dropped: 0 };
  const units = Array.from({ length: to - from }, (_, at) => {
    return { unit: unitOf(from + at), failed: at % 4 === 0, ms: at % 10, covariate: 7 + (at % 3) };
  });
  tally.window({ ...counts, units });
}

/** The same after a restart: what was written down, read again. */
async function restarted(of: Experiment, tally: ArmTally, store = memoryExperiments()): Promise<ArmTally> {
  await store.put(of);
  const taken = tally.take()!;
  await store.measured(of.id, taken.counts, taken.units);
  return new ArmTally(of, await store.counts(of.id), await store.units(of.id));
}

it('forgets keys where there are too many, and counts each of them once all the same, over restarts too', async () => {
  const store = memoryExperiments();
  let tally = new ArmTally(ofKeys);
  ask(tally, 'a', 0, 499_999);
  for (let at = 0; at < 1_000; at++) tally.outcome('a', unitOf(at), at % 2);
  expect([tally.isFull, tally.of('a').failed.n]).toEqual([false, 499_999]);
  ask(tally, 'b', 500_000, 520_000);
  const { failed } = tally.of('b');
  expect(tally.isFull).toBe(true);
  expect(Math.abs(failed.n / 10_000 - 1)).toBeLessThan(0.05);
  const said = ['a', 'b'].map(arm => tally.of(arm));
  tally = await restarted(ofKeys, tally, store);
  expect(['a', 'b'].map(arm => tally.of(arm))).toEqual(said);
  expect((await store.units('x')).length).toBeLessThan(265_000);
  // Those that are forgotten have counted, and come again in vain; so do outcomes.
  ask(tally, 'a', 0, 20_000);
  for (let at = 0; at < 1_000; at++) tally.outcome('a', unitOf(at), 1);
  expect(tally.of('a').failed).toEqual(said[0]!.failed);
  expect(tally.of('a').values).toEqual(said[0]!.values);
  const before = tally.of('b').failed.n;
  ask(tally, 'b', 520_000, 530_000);
  expect(Math.abs((tally.of('b').failed.n - before) / 5_000 - 1)).toBeLessThan(0.1);
});

it('adds up what keys said where nobody has written down their sums', () => {
  const unit = { unit: unitOf(1), arm: 'a', failed: true, ms: 3, value: 1, covariate: 2 };
  const counts = { requests: 1, failures: 1, agreed: 0, dropped: 0 };
  const tally = new ArmTally(ofKeys, { arms: { a: counts, b: counts }, ratio: { units: [1, 0], p: 1 } }, [
    unit,
  ]);
  expect(tally.of('a')).toMatchObject({
    failed: { n: 1, sum: 1 },
    values: { n: 1, sum: 1 },
    known: { n: 1 },
  });
});

it('asks no devices that are forgotten, and others go on', async () => {
  let tally = new ArmTally(ofDevices);
  for (let at = 0; at < 500_001; at++) tally.came('a', unitOf(at));
  const ready = tally.ready('a');
  expect(Math.abs(ready / 250_000 - 1)).toBeLessThan(0.01);
  expect(tally.of('a').failed.n).toBeGreaterThanOrEqual(500_000);
  tally = await restarted(ofDevices, tally);
  expect(tally.ready('a')).toBe(ready);
  const left = Array.from({ length: 100 }, (_, at) => unitOf(at)).filter(unit => tally.hasAnswered(unit));
  expect(left.length).toBeGreaterThan(20);
  expect(left.length).toBeLessThan(80);
  for (const unit of left) expect(tally.came('a', unit)).toBe(false);
  const news = Array.from({ length: 100 }, (_, at) => tally.came('b', unitOf(600_000 + at))).filter(Boolean);
  expect(news.length).toBeGreaterThan(20);
});

/** One request of a key. */
function request(
  tally: ArmTally,
  arm: string,
  unit: string,
  { failed = false, ms = 10, covariate = undefined as number | undefined } = {},
): void {
  const counts = { requests: 1, failures: failed ? 1 : 0, agreed: 2, dropped: 3 };
  tally.window({
    experiment: 'x',
    arm,
    ...counts,
    units: [{ unit, failed, ms, ...(covariate !== undefined && { covariate }) }],
  });
}

describe('the sums of an arm', () => {
  it('count each key once, and the latency of answers that did not fail', () => {
    const tally = new ArmTally(experiment('x', 'line', { arms, covariate: null }));
    request(tally, 'a', '1', { ms: 3 });
    request(tally, 'a', '1', { ms: 100, failed: true });
    request(tally, 'b', '1', { ms: 100 });
    request(tally, 'a', '2', { ms: 5, failed: true });
    request(tally, 'a', '3', { ms: 4 });
    request(tally, 'elsewhere', '4');
    tally.outcome('a', '1', 1);
    tally.outcome('a', '1', 7);
    tally.outcome('b', '1', 7);
    tally.outcome('a', '3', 0.5);
    tally.outcome('a', '4', 7);
    const nothing = { n: 0, sum: 0, squares: 0 };
    expect(tally.of('a')).toEqual({
      ...{ requests: 4, failures: 2, agreed: 8, dropped: 12 },
      failed: { n: 3, sum: 1, squares: 1 },
      ms: { n: 2, sum: 7, squares: 25 },
      values: { n: 2, sum: 1.5, squares: 1.25 },
      known: { n: 0, covariate: 0, covariateSquares: 0, sum: 0, products: 0 },
    });
    expect(tally.of('b')).toMatchObject({ requests: 1, failed: nothing, ms: nothing, values: nothing });
    expect(tally.of('elsewhere')).toMatchObject({ requests: 0, failed: nothing });
    const totals = tally.of('a');
    const metrics: readonly ExperimentMetric[] = ['failures', 'latency', 'accuracy', 'error'];
    expect(metrics.map(metric => sumsOf(metric, totals).n)).toEqual([3, 2, 2, 2]);
  });

  it.each<[ExperimentMetric, object]>([
    // Covariates are 10, 13 and 8: from the first one, 0, 3 and −2.
    ['accuracy', { n: 2, covariate: 3, covariateSquares: 9, sum: 7, products: 15 }],
    ['error', { n: 2, covariate: 3, covariateSquares: 9, sum: 7, products: 15 }],
    ['failures', { n: 3, covariate: 1, covariateSquares: 13, sum: 1, products: -2 }],
    ['latency', { n: 2, covariate: 3, covariateSquares: 9, sum: 11, products: 21 }],
  ])('pair the covariate with %s, where there is one', (metric, known) => {
    const tally = new ArmTally(experiment('x', 'line', { arms, metric }));
    request(tally, 'a', '1', { ms: 4, covariate: 10 });
    request(tally, 'a', '2', { ms: 7, covariate: 13 });
    request(tally, 'a', '3', { ms: 9, covariate: 8, failed: true });
    request(tally, 'a', '4', { ms: 9 });
    tally.outcome('a', '1', 2);
    tally.outcome('a', '2', 5);
    expect(tally.of('a').known).toEqual(known);
    expect(tally.take()!.counts).toMatchObject({ anchor: 10 });
  });
});

describe('what is stored of a tally', () => {
  it('is what changed since the last time', () => {
    const tally = new ArmTally(ofKeys);
    expect(tally.take()).toBeUndefined();
    request(tally, 'a', '1', { covariate: 2 });
    expect(tally.take()).toMatchObject({
      counts: { arms: { a: { requests: 1 }, b: { requests: 0 } }, ratio: { units: [0, 0], p: 1 } },
      units: [{ unit: '1', arm: 'a', failed: false, ms: 10, value: null, covariate: 2 }],
    });
    expect(tally.take()).toBeUndefined();
    request(tally, 'a', '1');
    expect(tally.take()).toMatchObject({ counts: { arms: { a: { requests: 2 } } }, units: [] });
    tally.outcome('a', '1', 1);
    const taken = tally.take()!;
    expect(taken.units).toMatchObject([{ unit: '1', value: 1 }]);
    expect(taken.counts).toMatchObject({ anchor: 2 });
    expect(taken.counts).not.toHaveProperty('before');
    expect(taken.counts.arms.a).not.toHaveProperty('answers');
    tally.newShares();
    expect(tally.take()).toBeDefined();
  });
});

describe('the ratio of keys', () => {
  const counted = (a: number, b: number, tally = new ArmTally(ofKeys), from = 0) => {
    ask(tally, 'a', from, from + a);
    ask(tally, 'b', from + a, from + a + b);
    return tally;
  };

  it('is tested for those that came since the last time, and its p-value never rises', () => {
    const tally = counted(500, 500);
    const even = tally.testRatio([0.5, 0.5]);
    expect(even).toBe(1);
    counted(2_000, 500, tally, 1_000);
    const skewed = tally.testRatio([0.5, 0.5]);
    expect(skewed).toBeLessThan(1e-6);
    expect(tally.testRatio([0.5, 0.5])).toBe(skewed);
    expect(tally.take()!.counts.ratio).toEqual({ units: [2_500, 1_000], p: skewed });
    tally.newShares();
    expect(tally.ratio).toBe(skewed);
    expect(tally.take()!.counts.ratio).toEqual({ units: [0, 0], p: skewed });
    expect(counted(2_000, 500).testRatio([0.8, 0.2])).toBeGreaterThan(0.5);
    expect(counted(2_000, 500).testRatio([1])).toBe(1);
  });

  it('goes on after a restart', async () => {
    const tally = counted(1_500, 500);
    tally.testRatio([0.5, 0.5]);
    const before = tally.ratio;
    expect(before).toBeLessThan(0.1);
    const after = await restarted(ofKeys, tally);
    expect(after.ratio).toBe(before);
    counted(1, 0, after, 5_000);
    after.testRatio([0.5, 0.5]);
    expect(after.take()!.counts.ratio.units).toEqual([1_501, 500]);
  });
});

describe('the devices of an arm', () => {
  it('are ready until they have answered, each in one arm', () => {
    const tally = new ArmTally(ofDevices);
    const readyNow = () => ['a', 'b'].map(arm => tally.ready(arm));
    expect([tally.came('a', '1'), tally.came('a', '1'), tally.came('a', '2')]).toEqual([true, false, true]);
    expect(readyNow()).toEqual([2, 0]);
    // A step moves one to the other arm.
    expect(tally.came('b', '2')).toBe(true);
    expect([readyNow(), tally.of('a').failed.n, tally.of('b').failed.n]).toEqual([[1, 1], 1, 1]);
    expect(tally.hasAnswered('1')).toBe(false);
    tally.answered('a', '1');
    expect([tally.hasAnswered('1'), readyNow()]).toEqual([true, [0, 1]]);
    // It has answered, so nothing moves it, and it does not answer again.
    expect(tally.came('b', '1')).toBe(false);
    tally.answered('b', '1');
    expect(readyNow()).toEqual([0, 1]);
    // One that nobody saw come.
    tally.answered('b', '3');
    expect([tally.hasAnswered('3'), readyNow(), tally.of('b').failed.n]).toEqual([true, [0, 1], 2]);
    expect([tally.ready('elsewhere'), tally.hasAnswered('elsewhere')]).toEqual([0, false]);
  });

  it('say in rounds what they found, each round once', async () => {
    let tally = new ArmTally(ofDevices);
    const sums = { n: 10, sum: 7, squares: 6 };
    tally.asked('a', { number: 3, found: { sums, predictions: 100, good: 70, lost: 2 } });
    tally.asked('a', { number: 3, found: { sums, predictions: 100, good: 70, lost: 2 } });
    tally.asked('a', { number: 4 });
    tally.asked('a', { number: 5, found: { sums, predictions: 11, good: 1, lost: 1 } });
    const said = { n: 20, sum: 14, squares: 12, predictions: 111, good: 71, rounds: 3, lost: 3, until: 5 };
    expect(tally.answersOf('a')).toEqual(said);
    expect(tally.of('a').values).toEqual({ n: 20, sum: 14, squares: 12 });
    expect(tally.answersOf('b')).toMatchObject({ n: 0, rounds: 0, until: 0 });
    tally = await restarted(ofDevices, tally);
    expect(tally.answersOf('a')).toEqual(said);
    expect(tally.of('a').values).toEqual({ n: 20, sum: 14, squares: 12 });
  });

  it('answer alike in all arms, or what they say is broken', () => {
    const answering = (...lost: readonly (readonly [n: number, lost: number])[]) => {
      const tally = new ArmTally(ofDevices);
      for (const [at, [n, gone]] of lost.entries()) {
        const sums = { n, sum: 0, squares: 0 };
        tally.asked('ab'[at]!, { number: 1, found: { sums, predictions: 0, good: 0, lost: gone } });
      }
      return tally;
    };
    expect(answering([90, 10], [90, 10]).answering).toBe(1);
    expect(answering([1, 0], [90, 10]).answering).toBe(1);
    expect(answering([90, 10], [1, 0]).answering).toBe(1);
    const apart = answering([1_000, 0], [500, 500]);
    expect(apart.answering).toBeLessThan(1e-6);
    expect(apart.ratio).toBeCloseTo(2 * apart.answering, 12);
    expect(answering([90, 10], [90, 10]).ratio).toBe(1);
  });
});
