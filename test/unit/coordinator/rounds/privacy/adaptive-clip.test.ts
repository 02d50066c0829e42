import { describeStatement } from '@murmuration/privacy/statements/words';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { NoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import work from '@murmuration/rounds/privacy/worker';
import { adaptiveClip } from '@murmuration/rounds/strategy/adaptive-clip';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { termsOf } from '../rounds/terms.ts';
import { budgetTask, count, deviation, nothing, openReleases, wanted } from './budget-rounds.ts';
import { memoryBudgets } from './memory-budgets.ts';

const strategy = adaptiveClip(fedAvg(), { initial: 1 });
const rounds = 800;
const steady = budgetTask({ privacy: { epsilon: 4, delta: 1e-6, rounds, separation: 1 }, strategy });

/** The noise of every step of five budgets, for a sum of one value: beside the longest update, and of the count. */
async function noiseOf(goal: number, less = 1, square = false): Promise<{ sum: number; counted: number }> {
  const noise: NoiseMaker = {
    make: async job => work({ ...job, stddev: square ? job.stddev ** 2 : less * job.stddev }),
    close: async () => {},
  };
  const [sums, counts]: [number[], number[]] = [[], []];
  for (let seed = 0; seed < 5; seed++) {
    const ports = { random: seededRandom(seed), clock: new VirtualClock(), ledger: memoryPrivacy(), noise };
    const budgets = memoryBudgets(ports);
    const { budget } = (await budgets.next(steady, false, 1))!;
    for (let step = 0; step < rounds; step++) {
      const privacy = { budget, step, separation: 1, participations: rounds, epsilon: 4, delta: 1e-6 };
      const terms = {
        ...termsOf({ task: steady.name, privacy }),
        goal,
        id: `r${step}`.padEnd(22, '-') as RoundId,
      };
      const summed = { sensitivity: 3, count: 1, contributors: 1, tellsWithin: true, step: 1 };
      const release = await budgets.release(terms, [], summed, new AbortController().signal);
      sums.push(release!.noise![0]! / 3);
      counts.push(release!.noise![1]!);
    }
  }
  return { sum: deviation(sums), counted: deviation(counts) };
}

describe('a budget whose clip follows a quantile', () => {
  it.each([40, 2_000])(
    'divides z between sum and count, and gives neither less: a goal of %i',
    async goal => {
      const z = steady.privacy!.noiseMultiplier;
      // Andrew et al. 2021, Theorem 1.
      const counted = Math.max(goal / 20, z);
      const sum = (z ** -2 - (2 * counted) ** -2) ** -0.5;
      const isRight = (found: { sum: number; counted: number }) =>
        // 4,000 numbers of each: 0.035 are three standard errors.
        Math.abs(found.sum / sum - 1) < 0.035 && Math.abs(found.counted / counted - 1) < 0.035;
      expect(isRight(await noiseOf(goal))).toBe(true);
      // Planted: 5 % less noise, and a variance for a standard deviation.
      const less = await noiseOf(goal, 0.95);
      expect(Math.abs(less.sum / sum - 1)).toBeGreaterThan(0.035);
      expect(isRight(await noiseOf(goal, 1, true))).toBe(false);
    },
  );

  it('moves the clip by the noisy count, scales the noise with it, and says that it is released', async () => {
    const { play } = await openReleases(budgetTask({ privacy: wanted, strategy }));
    let clip = 1;
    const scaled: number[] = [];
    for (let t = 0; t < 12; t++) {
      const { step, state, version } = await play([nothing(), nothing(), nothing()]);
      scaled.push(deviation(step) / clip);
      const share = 0.5 - Math.log((state.clip as number) / clip) / 0.2;
      // Three of three were within it, and noise was added in whole numbers.
      expect(3 * share).toBeCloseTo(Math.round(3 * share), 6);
      // The task holds a larger one down.
      clip = Math.min(1, state.clip as number);
      const { statement } = version.privacy!;
      expect(statement.released).toBe('every version of the model, and the clip of each round');
      expect(describeStatement(statement)).toContain('the clip of each round');
    }
    expect(clip).not.toBe(1);
    // Deviations of 4,096 numbers are known to 1.1 %: beside its clip each round has as much noise as the strategy gives it.
    expect(Math.min(...scaled.slice(4)) / Math.max(...scaled.slice(4))).toBeGreaterThan(0.85);
  });

  it('has noise for one more number: another budget begins where the clip is fixed from then on', async () => {
    const blt = { ...wanted, noise: 'blt' } as const;
    const { budgets } = await openReleases(budgetTask({ privacy: blt, strategy }));
    const moved = await budgets.next(budgetTask({ privacy: blt, strategy }), false, count);
    const fixed = await budgets.next(budgetTask({ privacy: blt }), false, count);
    expect(fixed?.budget).not.toBe(moved?.budget);
  });
});
