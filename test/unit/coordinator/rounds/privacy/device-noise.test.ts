import { accountOf } from '@murmuration/privacy/accountants/account';
import { plannedNoise } from '@murmuration/privacy/mechanisms/planned-noise';
import { describeStatement } from '@murmuration/privacy/statements/words';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { PlanPrivacy } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import { isByDevices, releasedOf } from '@murmuration/rounds/privacy/released';
import { Registry } from '@murmuration/rounds/registry/registry';
import { storeFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { deviceNoiseOf } from '@murmuration/rounds/task/device-noise';
import type { Task } from '@murmuration/rounds/task/task';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { codeOfPromise } from '../../../codes.ts';
import { termsOf } from '../rounds/terms.ts';
import { memoryBudgets } from './memory-budgets.ts';

const values = 10_000;
const wanted = { epsilon: 4, delta: 1e-6, rounds: 8, separation: 2, noise: 'skellam' } as const;

const define = (change: Partial<TaskDefinition> = {}) =>
  defineTask({
    name: 'values',
    model: () => {
      throw new Error('No model is made here.');
    },
    plan: { learningRate: 0.1 },
    update: { clip: 1, weighting: 'uniform' },
    privacy: wanted,
    cohort: { goal: 60, minimum: 40, overSelection: 1 },
    schedule: { every: '0 s' },
    ...change,
  } as TaskDefinition);

const nobody = { kind: 'composed', parts: [] } as const;
const noiseOf = (task: Task) => deviceNoiseOf({ ...task, privacy: task.privacy! }, values, nobody);
const devices = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => `device-${from + i}`.padEnd(22, '-') as DeviceId);

/** The words of the error that `work` throws. */
function detailOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof MurmurationError) return error.detail;
    throw error;
  }
  return 'nothing thrown';
}

/** The budgets of a task, and a way to spend them. */
async function open(ledger = memoryPrivacy(), seed = 1) {
  const begun: (number | null)[] = [];
  const budgets = memoryBudgets({
    random: seededRandom(seed),
    clock: new VirtualClock(),
    ledger,
    begun: (_, moreNoise) => begun.push(moreNoise),
  });
  await budgets.open(define().name);
  let played = 0;
  return {
    budgets,
    begun,
    /** A round of a task in which so many devices were counted. */
    async play(counted: number, task = define()) {
      played += 1;
      const privacy = (await budgets.next(task, played > 1, values))!;
      const terms = {
        ...termsOf({ task: task.name, privacy }),
        id: `round-${seed}-${played}`.padEnd(22, '-') as RoundId,
      };
      const sum = { sensitivity: 1, count: values, contributors: counted, step: 0.01 };
      const never = new AbortController().signal;
      return (await budgets.release(terms, devices(counted, 1_000 * played), sum, never))!;
    },
  };
}

describe('a budget whose noise devices add', () => {
  it('tells them how much, for the smallest sum and a ring that it fits', async () => {
    const { budgets } = await open();
    const plan = (await budgets.next(define(), false, values))!;
    const { noise } = plan;
    expect(noise).toMatchObject({ kind: 'skellam', quorum: 40, values });
    const found = noiseOf(define());
    expect(found).toMatchObject({ quorum: 37, corrupt: 3, perDevice: noise!.variance, width: noise!.width });
    // Sums of 60 updates of ±127 with noise of the standard deviation √(60 · variance), seven of them to a side.
    const reach = 60 * 127 + 7 * Math.sqrt(60 * noise!.variance);
    expect(2 ** noise!.width).toBeGreaterThan(2 * reach);
    expect(2 ** noise!.width).toBeLessThan(6 * reach);
  });

  it('is spent to its end by sums of the fewest updates, and says who adds the noise', async () => {
    const { play, budgets } = await open();
    let last = await play(40);
    for (let step = 1; step < 8; step++) last = await play(40);
    const { statement } = last;
    expect(last.noise).toBeUndefined();
    expect(statement).toMatchObject({
      holds: true,
      noiseBy: 'device',
      quorum: 37,
      participations: 4,
      delta: 1e-6,
    });
    expect(statement.holds && statement.epsilon).toBeLessThanOrEqual(4);
    expect(statement.holds && statement.epsilon).toBeGreaterThan(3.999);
    expect(describeStatement(statement)).toContain('Released: every sum of updates.');
    expect(describeStatement(statement)).toContain('enough with that of 37 of them');
    expect(await codeOfPromise(budgets.next(define(), true, values))).toBe('privacy.spent');
  });

  it('counts the noise of those who were counted, also after a restart', async () => {
    const ledger = memoryPrivacy();
    const { play, budgets } = await open(ledger);
    const noise = noiseOf(define());
    for (const counted of [60, 50, 60, 55]) await play(counted);
    // Two parts of a device at most in four steps that are two apart: the worst are those with the fewest updates.
    const worst = accountOf({
      kind: 'composed',
      parts: [47, 52].map(quorum => ({ ...noise, quorum })),
    }).epsilonAt(1e-6);
    const status = budgets.statusOf(define())!;
    expect(status.statement).toMatchObject({ holds: true, epsilon: worst, quorum: 47, participations: 2 });
    const later = await open(ledger, 2);
    expect(later.budgets.statusOf(define())).toEqual(status);
    expect(later.begun).toEqual([]);
  });

  it('never counts less noise than that of the smallest sum, nor more than is certain', () => {
    const terms = { ...define().privacy!, noise: noiseOf(define()) };
    expect(releasedOf(terms, [40])).toMatchObject({ kind: 'repeated', times: 1, of: { quorum: 37 } });
    expect(releasedOf(terms, [0, 60, 60])).toMatchObject({
      parts: [
        { times: 1, of: { quorum: 37 } },
        { times: 1, of: { quorum: 57 } },
      ],
    });
  });

  it('says how much more noise it is than the coordinator’s before any device is asked', async () => {
    const { budgets, begun } = await open();
    expect(budgets.statusOf(define())!.moreNoise).toBeNull();
    await budgets.next(define(), false, values);
    const { moreNoise } = budgets.statusOf(define())!;
    expect(begun).toEqual([moreNoise]);
    // Independent noise in every version, and that of 60 devices where 37 are enough.
    expect(moreNoise).toBeGreaterThan(Math.sqrt(60 / 37));
    expect(moreNoise).toBeLessThan(4);
    const long = define({ privacy: { ...wanted, rounds: 512, separation: 128 } });
    const of = await open();
    await of.budgets.next(long, false, values);
    expect(of.begun[0]).toBeGreaterThan(2 * moreNoise!);
  });

  it('begins another one for another quantiser, quorum, kind of noise or model, with what is left', async () => {
    for (const change of [
      { update: { clip: 1, weighting: 'uniform', bits: 10 } },
      { cohort: { goal: 60, minimum: 30, overSelection: 1 } },
      { privacy: { ...wanted, noise: 'discreteGaussian' } },
      { privacy: { ...wanted, noise: 'correlated' } },
    ] as Partial<TaskDefinition>[]) {
      const { play, budgets } = await open();
      await play(40);
      const first = (await budgets.next(define(), true, values))!;
      const other = define(change);
      const second = (await budgets.next(other, true, values))!;
      expect(second.budget).not.toBe(first.budget);
      expect(second.step).toBe(0);
      for (let step = 0; step < 8; step++) await play(60, other);
      const { statement } = budgets.statusOf(other)!;
      expect(statement.holds && statement.epsilon).toBeLessThanOrEqual(4 * (1 + 1e-9));
    }
    const { budgets } = await open();
    const first = (await budgets.next(define(), false, values))!;
    // Noise grows with the clip, since both are in units of the ring.
    const longer = define({ update: { clip: 2, weighting: 'uniform' } });
    expect((await budgets.next(longer, true, values))!.budget).toBe(first.budget);
    expect((await budgets.next(define(), true, values + 1))!.budget).not.toBe(first.budget);
  });

  it('leaves no device that adds up its own parts with more than is allowed', async () => {
    const { play, budgets } = await open();
    const first = (await budgets.next(define(), false, values))!;
    for (let step = 0; step < 4; step++) await play(60);
    const finer = define({ update: { clip: 1, weighting: 'uniform', bits: 10 } });
    const second = (await budgets.next(finer, true, values))!;
    // A device knows the smallest sum, and not how many were counted.
    const asDevicesCount = ({ noise }: PlanPrivacy, { update, masking }: Task, times: number) => ({
      kind: 'repeated' as const,
      times,
      of: plannedNoise({ update, masking, largestCohort: 60 }, noise!),
    });
    const parts = [asDevicesCount(first, define(), 2), asDevicesCount(second, finer, 4)];
    const own = accountOf({ kind: 'composed', parts }).epsilonAt(wanted.delta);
    expect(own).toBeLessThanOrEqual(wanted.epsilon);
    expect(own).toBeGreaterThan(0.999 * wanted.epsilon);
  });

  it('is spent by a sum that was opened, though no version came of it', async () => {
    const task = define();
    const { budgets } = await open();
    const clock = new VirtualClock();
    const history = memoryHistory();
    const registry = new Registry(memoryBlobs(), history);
    const layout = layoutOf([{ name: 'dense/kernel', shape: [values] }]);
    const first = { topology: { class_name: 'Sequential' }, layout, weights: new Float32Array(values) };
    await storeFirstVersion(task, first, registry, history, clock);
    const { update, masking } = task;
    const privacy = (await budgets.next(task, false, values))!;
    // Nothing is in it, which no mean can be made of.
    const terms = termsOf({ task: task.name, update, masking, largestCohort: 60, privacy });
    const sum = aggregateFor('sum', terms.plan, layout, terms.id);
    const make = versionMaker(() => task, registry, clock, budgets);
    const made = make(terms, sum, devices(40), new AbortController().signal);
    expect(await codeOfPromise(made)).toBe('update.impossible');
    expect((await budgets.next(task, false, values))!.step).toBe(1);
  });

  it('is the devices’ own only where no version had the coordinator’s noise', async () => {
    const { play, budgets } = await open();
    await play(40, define({ privacy: { ...wanted, noise: 'independent' } }));
    await play(40);
    expect(budgets.statusOf(define())!.statement).toMatchObject({
      noiseBy: 'coordinator',
      released: 'every version of the model',
    });
    expect(isByDevices([])).toBe(false);
  });
});

describe('a task whose devices can’t add the noise', () => {
  const refusal = (change: Partial<TaskDefinition>) => detailOf(() => define(change));

  it('is refused when it is defined, with the numbers that fit', () => {
    expect(refusal({ masking: 'off' })).toContain('Noise by devices takes masks');
    expect(refusal({ cohort: { goal: 60, minimum: 3, overSelection: 1 } })).toContain(
      'It takes 4 updates at least',
    );
    const large = { goal: 1_000, minimum: 500, overSelection: 1 };
    expect(refusal({ cohort: large })).toMatch(
      /masking\.graph "complete" for \d+ devices, or cohort\.minimum up to \d+/,
    );
    expect(define({ cohort: large, masking: { graph: 'complete' } }).privacy?.devices).toBe('skellam');
    expect(refusal({ update: { clip: 1, weighting: 'examples' } })).toContain('uniform');
  });

  it('is refused once its model is known, with the bits that fit', async () => {
    const { budgets } = await open();
    const withBits = (bits: number, noise: 'skellam' | 'discreteGaussian' = 'skellam') =>
      define({ update: { clip: 1, weighting: 'uniform', bits }, privacy: { ...wanted, noise } });
    const detail = detailOf(() => budgets.requireNoise(withBits(24), values));
    const most = Number(/update\.bits must be at most (\d+)/.exec(detail)![1]);
    budgets.requireNoise(withBits(most), values);
    expect(() => budgets.requireNoise(withBits(most + 1), values)).toThrow('config.invalid');
    expect(detailOf(() => budgets.requireNoise(withBits(16, 'discreteGaussian'), values))).toContain(
      'privacy.noise "skellam" has no such limit',
    );
  });
});
