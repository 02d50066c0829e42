import type { Experiment } from '@murmuration/lifecycle/experiments/experiment';
import { ArmTally } from '@murmuration/lifecycle/experiments/tally';
import { hashed } from '@murmuration/serving/experiments/assignment';
import { memoryExperiments } from '@murmuration/storage/memory/experiments';
import { expect, it } from 'vitest';
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
