import { judge } from '@murmuration/tuning/tuning/choice';
import { ladder } from '@murmuration/tuning/tuning/halving';
import { type SearchPlan, search, trainingSeed } from '@murmuration/tuning/tuning/search';
import type { Train, TrainingAsked } from '@murmuration/tuning/tuning/training';
import { describe, expect, it } from 'vitest';

const pointOf = (trial: number) => ({ settings: [{ path: 'x', value: trial }], at: [trial / 30] });

function planOf(trials: number, rest: Partial<SearchPlan> = {}): SearchPlan {
  return {
    seed: 1,
    points: Array.from({ length: trials }, (_, trial) => pointOf(trial)),
    rungs: ladder({ trials, most: 9, eta: 3 }),
    leaders: 3,
    repeats: 2,
    better: 'higher',
    on: 'validation',
    ...rest,
  };
}

/** Trains by a function of the trial, its rounds and the seed; keeps all that was asked. */
function trainer(score: (trial: number, until: number, seed: number) => number | null) {
  const all: TrainingAsked[] = [];
  const train: Train = async asked => {
    all.push(...asked);
    return asked.map(({ settings, until, seed }) => {
      const value = score(settings[0]!.value as number, until, seed);
      return { score: value, curve: [{ round: until, value }], failure: value === null ? 'diverged' : null };
    });
  };
  return { train, all };
}

describe('a search', () => {
  it('trains the rungs of its ladder, each trial on from where it was, and counts that once', async () => {
    const { train, all } = trainer(trial => trial);
    const found = await search(planOf(9), train);
    const rungs = all.filter(({ place }) => place !== null);
    expect(rungs.map(({ from, until }) => [from, until])).toEqual([
      ...Array.from({ length: 9 }, () => [0, 1]),
      ...Array.from({ length: 3 }, () => [1, 3]),
      [3, 9],
    ]);
    expect(rungs.slice(9).map(({ settings }) => settings[0]!.value)).toEqual([8, 7, 6, 8]);
    expect(new Set(rungs.map(({ seed }) => seed))).toEqual(new Set([trainingSeed(1, 0)]));
    // 9 · 1 + 3 · 2 + 1 · 6 for the rungs, 3 · 2 · 9 for the repeats.
    expect(found.cost).toBe(9 + 6 + 6 + 54);
    expect(found.judged[0]!.trial).toBe(8);
    expect(new Set(all.map(({ run }) => run)).size).toBe(all.length);
  });

  it('repeats those in the lead from the same new seeds, each from its beginning', async () => {
    const { train, all } = trainer(trial => trial);
    await search(planOf(9, { on: 'proxy' }), train);
    const repeats = all.filter(({ place }) => place === null);
    expect(repeats.map(({ settings, seed, from, until }) => [settings[0]!.value, seed, from, until])).toEqual(
      [8, 7, 6].flatMap(trial => [1, 2].map(repeat => [trial, trainingSeed(1, repeat), 0, 9])),
    );
    expect(new Set(all.filter(({ place }) => place !== null).map(({ on }) => on))).toEqual(
      new Set(['proxy']),
    );
    expect(new Set(repeats.map(({ on }) => on))).toEqual(new Set(['validation']));
  });

  it('is not won by a lucky run', async () => {
    // Trial 4 is as bad as any, but shines from the seed that the rungs have.
    const lucky = (trial: number, _: number, seed: number) =>
      trial === 4 ? (seed === trainingSeed(1, 0) ? 0.99 : 0.3) : 0.5 + trial / 100;
    const { train } = trainer(lucky);
    const found = await search(planOf(9), train);
    expect(found.trials[4]!.scores).toEqual([0.99, 0.99, 0.99]);
    expect(found.judged.map(({ trial }) => trial)).toEqual([8, 7, 4]);
    expect(found.judged.at(-1)).toMatchObject({ trial: 4, score: 0.3 });
  });

  it('trains nothing further that failed, and chooses it last', async () => {
    const { train, all } = trainer(trial => (trial < 7 ? null : trial));
    const found = await search(planOf(9), train);
    expect(all.filter(({ from }) => from === 1).map(({ settings }) => settings[0]!.value)).toEqual([8, 7]);
    expect(found.judged.map(({ trial, score }) => [trial, score])).toEqual([
      [8, 8],
      [7, 7],
      [0, null],
    ]);
    expect(found.trials[0]!.failure).toBe('diverged');
  });

  it('takes the lowest where lower is better', async () => {
    const { train } = trainer(trial => trial);
    const found = await search(planOf(9, { better: 'lower' }), train);
    expect(found.judged.map(({ trial }) => trial)).toEqual([0, 1, 2]);
  });
});

describe('the choice among leaders', () => {
  it('is by the mean of their repeats, with differences seed by seed', () => {
    const judged = judge(
      [
        { trial: 0, repeats: [0.8, 0.6] },
        { trial: 1, repeats: [0.9, 0.7] },
        { trial: 2, repeats: [null, 1] },
      ],
      'higher',
    );
    expect(judged.map(({ trial }) => trial)).toEqual([1, 0, 2]);
    expect(judged[1]!.score).toBeCloseTo(0.7, 12);
    // (0.8 − 0.6) / √2 / √2 by hand; the difference is the same for both seeds.
    expect(judged[1]!.error).toBeCloseTo(0.1, 12);
    expect(judged[1]!.behind!.mean).toBeCloseTo(0.1, 12);
    expect(judged[1]!.behind!.error).toBeCloseTo(0, 12);
    expect(judged[2]).toEqual({ trial: 2, score: null, error: null, behind: null });
  });
});
