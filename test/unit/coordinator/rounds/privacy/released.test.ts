import { bisrStrategy } from '@murmuration/privacy/mechanisms/bisr';
import { describeStatement } from '@murmuration/privacy/statements/words';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../../codes.ts';
import {
  cohort,
  count,
  deviation,
  longest,
  nothing,
  openReleases as open,
  budgetTask as taskOf,
  wanted,
} from './budget-rounds.ts';

describe('what a task with a privacy budget releases', () => {
  it('has the noise that its ε is computed with, independent once the correlation is taken back', async () => {
    const task = taskOf();
    const { bands, noiseMultiplier } = task.privacy!;
    expect(bands).toBeGreaterThan(1);
    const { play } = await open(task);
    // Nobody moved anything: whatever moves is noise, which an attacker who knows all updates sees bare.
    const released: Float32Array[] = [];
    for (let t = 0; t < wanted.rounds; t++) {
      const { step } = await play([nothing(), nothing(), nothing()]);
      released.push(step.map(value => 3 * value));
    }
    const strategy = bisrStrategy(bands, wanted.rounds);
    const independent = released.map((_, t) => {
      const sum = new Float64Array(count);
      for (let j = 0; j <= t; j++)
        for (let i = 0; i < count; i++) sum[i] = sum[i]! + strategy[j]! * released[t - j]![i]!;
      return sum;
    });
    const all = Float64Array.from(independent.flatMap(values => [...values]));
    // 131,072 numbers: five standard errors are 1 %, a fifth of what 5 % less noise would be.
    expect(deviation(all) / (noiseMultiplier * longest())).toBeGreaterThan(0.99);
    expect(deviation(all) / (noiseMultiplier * longest())).toBeLessThan(1.01);
    for (let t = 1; t < independent.length; t++) {
      const product = independent[t]!.map((value, i) => value * independent[t - 1]![i]!);
      const correlation = product.reduce((sum, value) => sum + value, 0) / count / deviation(all) ** 2;
      expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(count));
    }
  });

  it('hides one device among three about as badly as μ says, and no worse', async () => {
    // The best test there is: the device's direction, known to the attacker, against the noise of one version.
    const task = taskOf({ privacy: { ...wanted, rounds: 1, epsilon: 1 } });
    const mine = nothing();
    mine.fill(1 / 64);
    let [withMe, without] = [0, 0];
    const trials = 60;
    for (let trial = 0; trial < trials; trial++) {
      const first = await (await open(task, undefined, 2 * trial)).play([mine, nothing()]);
      const second = await (await open(task, undefined, 2 * trial + 1)).play([nothing(), nothing()]);
      const along = ({ step }: typeof first) => step.reduce((sum, value) => sum + value * 2 * (1 / 64), 0);
      withMe += along(first) / trials;
      without += along(second) / trials;
    }
    const sigma = task.privacy!.noiseMultiplier * longest();
    const separation = (withMe - without) / sigma;
    const error = Math.sqrt(2 / trials);
    const { statement } = (await (await open(task)).play([mine, nothing()])).version.privacy!;
    const mu = statement.holds ? statement.mu : Number.NaN;
    expect(separation).toBeLessThan(mu + 4 * error);
    expect(separation).toBeGreaterThan(0.9 * mu - 4 * error);
  });

  it('says so, with the ε of all versions so far, which grows to that of the budget', async () => {
    const { play, budgets } = await open();
    const spent: number[] = [];
    for (let t = 0; t < wanted.rounds; t++) {
      const { privacy } = (await play([nothing(), nothing()])).version;
      expect(privacy).toMatchObject({ step: t, statement: { holds: true, unit: 'device', delta: 1e-6 } });
      spent.push(privacy!.statement.holds ? privacy!.statement.epsilon : Number.NaN);
    }
    expect(spent).toEqual([...spent].sort((a, b) => a - b));
    expect(spent.at(-1)).toBeLessThanOrEqual(wanted.epsilon);
    expect(spent.at(-1)).toBeGreaterThan(0.999 * wanted.epsilon);
    expect(await codeOfPromise(budgets.next(taskOf(), true, count))).toBe('privacy.spent');
  });

  it('is the same version when it is made again after a crash, and spends nothing twice', async () => {
    const { play, budgets } = await open();
    const mine = nothing().fill(1 / 64);
    const first = await play([mine, nothing()], { lost: true });
    const again = await first.again();
    expect(again.step).toEqual(first.step);
    expect((await budgets.next(taskOf(), true, count))?.step).toBe(1);
  });

  it('never has the noise of a round that failed after it had its step', async () => {
    const { play } = await open();
    const lost = await play([nothing(), nothing()], { lost: true });
    const next = await play([nothing().fill(1 / 64), nothing()]);
    expect(next.version.privacy?.step).toBe(1);
    const difference = next.step.map((value, i) => value - lost.step[i]!);
    // Two versions with one noise would differ by what the device sent, of length 1/2.
    const length = Math.sqrt(difference.reduce((sum, value) => sum + value * value, 0));
    expect(length).toBeGreaterThan(10);
  });

  it('goes on after a restart where it was, with noise that takes back what was there before', async () => {
    const ledger = memoryPrivacy();
    const before = await open(taskOf(), ledger, 1);
    const { step: first } = await before.play([nothing(), nothing()]);
    const after = await open(taskOf(), ledger, 2);
    const others = { contributors: cohort(5) };
    const { version, step: second } = await after.play([nothing(), nothing()], others);
    expect(version.privacy?.step).toBe(1);
    const product = first.reduce((sum, value, i) => sum + value * second[i]!, 0);
    expect(product / (deviation(first) * deviation(second) * count)).toBeLessThan(-0.3);
  });

  it('has no part of a device that took part too soon, or too often', async () => {
    const task = taskOf();
    const { play } = await open({ ...task, privacy: { ...task.privacy!, participations: 2 } });
    const contributors = cohort(0);
    await play([nothing()], { contributors });
    await expect(play([nothing()], { contributors })).rejects.toMatchObject({ code: 'round.closed' });
    for (let t = 0; t < 7; t++) await play([nothing()], { contributors: [] });
    await play([nothing()], { contributors });
    for (let t = 0; t < 10; t++) await play([nothing()], { contributors: [] });
    await expect(play([nothing()], { contributors })).rejects.toMatchObject({ code: 'round.closed' });
  });

  it('refuses a sum that no updates could have led to before it spends anything', async () => {
    const { budgets, play } = await open();
    await expect(play(Array.from({ length: 3 }, () => nothing().fill(9)))).rejects.toMatchObject({
      code: 'update.impossible',
    });
    expect((await budgets.next(taskOf(), false, count))?.step).toBe(0);
  });
});

describe('a task whose privacy changes', () => {
  it('begins another budget with what the first has left', async () => {
    const { play, budgets } = await open();
    for (let t = 0; t < 10; t++) await play([nothing(), nothing()]);
    const by = taskOf({ privacy: { ...wanted, rounds: 8, separation: 2, noise: 'independent' } });
    let last: ModelVersion | undefined;
    for (let t = 0; t < 8; t++) last = (await play([nothing(), nothing()], { by })).version;
    const { statement } = last!.privacy!;
    expect(statement.holds && statement.epsilon).toBeCloseTo(wanted.epsilon, 3);
    expect(statement.holds && statement.epsilon).toBeLessThanOrEqual(wanted.epsilon * (1 + 1e-9));
    expect(await codeOfPromise(budgets.next(by, true, count))).toBe('privacy.spent');
  });

  it('begins none where more was spent than it allows', async () => {
    const { play, budgets } = await open();
    for (let t = 0; t < 32; t++) await play([nothing(), nothing()]);
    const by = taskOf({ privacy: { ...wanted, epsilon: 1 } });
    await expect(budgets.next(by, true, count)).rejects.toMatchObject({
      code: 'privacy.spent',
      detail: expect.stringMatching(
        /have spent ε = (2\.000|1\.999) at δ = 0\.000001 before; the budget is ε = 1\./,
      ),
    });
  });

  it('has no ε any more once a version was released without noise, and says why', async () => {
    const { play } = await open();
    await play([nothing(), nothing()]);
    const bare = await play([nothing(), nothing()], { by: taskOf({ privacy: null }) });
    expect(bare.version.privacy).toBeUndefined();
    const { version } = await play([nothing(), nothing()]);
    expect(version.privacy?.statement).toMatchObject({
      holds: false,
      reason: 'Some versions of this model were released without noise.',
    });
    expect(describeStatement(version.privacy!.statement)).toContain('No ε holds');
  });

  it('has no ε either where its first versions had no noise', async () => {
    const { play } = await open();
    await play([nothing(), nothing()], { by: taskOf({ privacy: null }) });
    const { version } = await play([nothing(), nothing()]);
    expect(version.privacy?.statement.holds).toBe(false);
  });
});
