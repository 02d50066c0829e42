import { strategyOf } from '@murmuration/privacy/mechanisms/mechanism';
import type { NoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import work, { type NoiseJob } from '@murmuration/rounds/privacy/worker';
import type { Task } from '@murmuration/rounds/task/task';
import { besideBisr, privacyOf, sharedNoiseOf } from '@murmuration/rounds/task/task-privacy';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { describe, expect, it } from 'vitest';
import { codeOf, codeOfPromise } from '../../../codes.ts';
import { budgetTask, count, deviation, longest, nothing, openReleases, wanted } from './budget-rounds.ts';

/** Buffers that forget slowly and quickly, so that both matter within 32 rounds. */
const parameters = { kind: 'blt', theta: [0.9, 0.4], omega: [0.2, 0.3] } as const;
const { theta, omega } = parameters;
const blt = { theta, omega, isFound: false };
const given: Task = {
  ...budgetTask(),
  privacy: privacyOf({ ...wanted, noise: 'blt' }, blt),
};

const makerOf = (change: (job: NoiseJob) => NoiseJob): NoiseMaker => ({
  make: async job => work(change(job)),
  close: async () => {},
});

/**
 * What is wrong with the noise of a whole budget of whose updates the attacker knows that they were zeros: with its correlation taken back it has to be
 * independent, and as large as the statement says; nothing where all is within chance.
 */
async function wrongNoise(task: Task, noise: NoiseMaker): Promise<string[]> {
  const { play } = await openReleases(task, undefined, 1, { noise });
  const strategy = strategyOf({ noise: sharedNoiseOf(task.privacy!), rounds: wanted.rounds });
  const released: Float32Array[] = [];
  const independent: Float64Array[] = [];
  for (let t = 0; t < wanted.rounds; t++) {
    const { step } = await play([nothing(), nothing(), nothing()]);
    released.push(step.map(value => 3 * value));
    const sum = new Float64Array(count);
    for (let j = 0; j <= t; j++)
      for (let i = 0; i < count; i++) sum[i] = sum[i]! + strategy[j]! * released[t - j]![i]!;
    independent.push(sum);
  }
  const all = Float64Array.from(independent.flatMap(values => [...values]));
  const found: string[] = [];
  // 131,072 numbers: five standard errors are 1 %.
  const size = deviation(all) / (task.privacy!.noiseMultiplier * longest());
  if (Math.abs(size - 1) > 0.01) found.push(`the noise is ${size.toFixed(3)} of what it has to be`);
  for (let t = 1; t < independent.length; t++) {
    const product = independent[t]!.map((value, i) => value * independent[t - 1]![i]!);
    const correlation = product.reduce((sum, value) => sum + value, 0) / count / deviation(all) ** 2;
    if (Math.abs(correlation) > 5 / Math.sqrt(count)) found.push(`rounds ${t - 1} and ${t} correlate`);
  }
  return found;
}

describe('a budget with BLT noise', () => {
  it('has the noise that its ε is computed with, and no less', async () => {
    const asItIs = (job: NoiseJob) => job;
    expect(await wrongNoise(given, makerOf(asItIs))).toEqual([]);
    // Planted: 5 % less noise, a variance for a standard deviation, half of what is taken back, buffers that are lost.
    const less = await wrongNoise(
      given,
      makerOf(job => ({ ...job, stddev: 0.95 * job.stddev })),
    );
    expect(less).toEqual([expect.stringMatching(/^the noise is 0\.95\d of what it has to be$/)]);
    expect(
      await wrongNoise(
        given,
        makerOf(job => ({ ...job, stddev: job.stddev ** 2 })),
      ),
    ).not.toEqual([]);
    const half = { ...parameters, omega: parameters.omega.map(value => value / 2) };
    expect(
      await wrongNoise(
        given,
        makerOf(job => ({ ...job, noise: half })),
      ),
    ).not.toEqual([]);
    const lost = makerOf(job => ({ ...job, remembered: { step: job.step, memory: undefined } }));
    expect(await wrongNoise(given, lost)).not.toEqual([]);
  });

  it('spends its ε by the last version, names itself, and says how much noise BISR would have', async () => {
    const task = budgetTask({
      privacy: { epsilon: 4, delta: 1e-6, rounds: 60, separation: 20, noise: 'blt' },
    });
    const { budgets } = await openReleases(task);
    expect(budgets.statusOf(task)?.moreNoise).toBeNull();
    await budgets.next(task, false, count);
    const ratio = budgets.statusOf(task)!.moreNoise!;
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1);
    const { play } = await openReleases(given);
    let last = await play([nothing(), nothing()]);
    for (let t = 1; t < wanted.rounds; t++) last = await play([nothing(), nothing()]);
    const { statement } = last.version.privacy!;
    expect(statement.holds && statement.epsilon).toBeCloseTo(wanted.epsilon, 6);
    expect(statement.holds && statement.epsilon).toBeLessThanOrEqual(wanted.epsilon);
    expect(statement.mechanism).toMatchObject({
      kind: 'correlated',
      noise: parameters,
      rounds: 32,
      separation: 8,
    });
  });

  it('keeps its noise to the clip of each round, where that changes within the budget', async () => {
    const wide = { ...given, update: { ...given.update, clip: 8 } };
    const { play } = await openReleases(given);
    const first = (await play([nothing()])).step;
    const second = (await play([nothing()], { by: wide })).step;
    // The second round takes back as much of the first one's Z as fits its own clip: 8 times as much.
    const product = first.reduce((sum, value, i) => sum + value * second[i]!, 0) / count;
    const [omega] = [0.5];
    const ofZ = deviation(first) ** 2;
    expect(product / (8 * ofZ)).toBeLessThan(-omega + 0.12);
    expect(product / (8 * ofZ)).toBeGreaterThan(-omega - 0.12);
    expect(deviation(second) / (8 * deviation(first))).toBeCloseTo(Math.hypot(1, omega), 1);
  });

  it('begins another one for a model with more values, since its buffers have none for them', async () => {
    const { budgets, play } = await openReleases(given);
    await play([nothing(), nothing()]);
    const same = await budgets.next(given, true, count);
    const other = await budgets.next(given, true, count + 1);
    expect(same?.step).toBe(1);
    expect(other).toMatchObject({ step: 0 });
    expect(other?.budget).not.toBe(same?.budget);
  });

  it('goes on with the parameters that it began with, whatever a later search would find', async () => {
    const ledger = memoryPrivacy();
    const task = budgetTask({ privacy: { ...wanted, noise: 'blt' } });
    const { theta, omega } = task.privacy!.blt!;
    const others = [theta[0]! * 0.999, theta[1]!];
    const terms = {
      ...task.privacy!,
      values: count,
      blt: { theta: others, omega, isFound: true },
    };
    await ledger.open({ id: 'earlier', task: task.name, terms, openedAt: 0 });
    const { budgets, play } = await openReleases(task, ledger);
    expect((await budgets.next(task, false, count))?.budget).toBe('earlier');
    const { statement } = (await play([nothing()])).version.privacy!;
    expect(statement.mechanism).toMatchObject({ noise: { theta: others } });
    expect((await budgets.next(given, true, count))?.budget).not.toBe('earlier');
  });

  it('keeps no secret that nothing follows from any more', async () => {
    const ledger = memoryPrivacy();
    const { budgets, play } = await openReleases(given, ledger);
    const { budget } = (await budgets.next(given, false, count))!;
    for (let t = 0; t < wanted.rounds; t++) {
      await play([nothing()]);
      const last = await ledger.rememberedBefore(budget, t + 1);
      expect(last).toBe(t + 1);
      // Those of the step itself, in case it has to be made again, and of no other one.
      expect(await ledger.rememberedBefore(budget, t)).toBe(t);
      if (t > 0) expect(await ledger.memory(budget, t - 1)).toBeUndefined();
    }
    expect(await codeOfPromise(budgets.next(given, true, count))).toBe('privacy.spent');
    expect(await ledger.memory(budget, wanted.rounds)).toBeUndefined();
    expect(await ledger.memory(budget, wanted.rounds - 1)).toBeUndefined();
  });
});

describe('a task with BLT noise', () => {
  it.each([
    [100, 1, 1],
    [1_000, 20, 0.97],
    [1_000, 100, 0.99],
    [2_000, 342, 0.87],
  ])(
    'has over %i rounds at the separation %i so much of the noise of BISR: %d',
    (rounds, separation, told) => {
      const found = privacyOf({ epsilon: 4, delta: 1e-8, rounds, separation, noise: 'blt' });
      const ratio = besideBisr(found, found.noiseMultiplier, sharedNoiseOf(found));
      expect(ratio).toBeCloseTo(told, 2);
    },
  );

  it('finds its parameters', () => {
    const found = budgetTask({ privacy: { ...wanted, noise: 'blt' } }).privacy!.blt!;
    expect(found.isFound).toBe(true);
    expect([found.theta.length, found.omega.length]).toEqual([2, 2]);
  });

  it('is refused where a search would take minutes, and where its buffers are too large to be kept', async () => {
    const long = () => budgetTask({ privacy: { ...wanted, rounds: 20_001, noise: 'blt' } });
    expect(codeOf(long)).toBe('config.invalid');
    expect(long).toThrow('take privacy.noise "correlated"');
    const { budgets } = await openReleases(given);
    budgets.requireNoise(given, 2 ** 26);
    expect(() => budgets.requireNoise(given, 2 ** 26 + 1)).toThrow('more than 1024');
  });
});
