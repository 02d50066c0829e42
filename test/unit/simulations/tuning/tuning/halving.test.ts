import { ladder, ranked } from '@murmuration/tuning/tuning/halving';
import { describe, expect, it } from 'vitest';

describe('successive halving', () => {
  /** Li et al. 2018, table 1: the brackets of Hyperband for R = 81 and η = 3, as (nᵢ, rᵢ). */
  // biome-ignore format: one bracket a line
  it.each([
    [4, [[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]]],
    [3, [[27, 3], [9, 9], [3, 27], [1, 81]]],
    [2, [[9, 9], [3, 27], [1, 81]]],
    [1, [[6, 27], [2, 81]]],
    [0, [[5, 81]]],
  ])('has the published sizes of bracket %i', (s, published) => {
    const [[trials]] = published as [[number, number]];
    const rungs = ladder({ trials, most: 81, eta: 3, rungs: s + 1 });
    expect(rungs.map(rung => [rung.trials, rung.until])).toEqual(published);
  });

  it.each([
    [81, 81, 3],
    [27, 20, 3],
    [16, 64, 2],
    [7, 100, 2],
    [1, 10, 3],
    [1_000, 1, 3],
    [243, 243, 3],
    [1_000, 1_000, 10],
  ])('of %i trials up to %i by %i ends with the whole training, and never grows', (trials, most, eta) => {
    const rungs = ladder({ trials, most, eta });
    expect(rungs[0]!.trials).toBe(trials);
    expect(rungs.at(-1)!.until).toBe(most);
    for (const [i, rung] of rungs.entries()) {
      expect(rung.trials).toBeGreaterThanOrEqual(1);
      expect(rung.until).toBeGreaterThanOrEqual(1);
      if (i === 0) continue;
      expect(rung.trials).toBe(Math.max(1, Math.floor(rungs[0]!.trials / eta ** i)));
      expect(rung.until).toBeGreaterThanOrEqual(rungs[i - 1]!.until);
    }
    // As many rungs as leave one trial on the last and one round on the first: another would leave none.
    expect(Math.min(trials, most) / eta ** rungs.length).toBeLessThan(1);
  });

  /** Jamieson & Talwalkar 2016, §2: ⌈log₂ n⌉ rungs, of which each keeps half; here by a second implementation that sorts indices. */
  it('keeps the best of each rung, as a second implementation does', () => {
    for (const better of ['higher', 'lower'] as const) {
      const scores = [0.3, null, 0.9, 0.1, 0.9, 0.5, null, 0.2];
      const naive = scores
        .map((_, i) => i)
        .sort((a, b) => {
          const worth = (i: number) => {
            const score = scores[i]!;
            if (score === null) return Number.NEGATIVE_INFINITY;
            return better === 'higher' ? score : -score;
          };
          return worth(a) === worth(b) ? a - b : worth(b) - worth(a);
        });
      const standings = scores.map((score, trial) => ({ trial, score }));
      expect(ranked(standings, better).map(({ trial }) => trial)).toEqual(naive);
      expect(ranked(standings.toReversed(), better).map(({ trial }) => trial)).toEqual(naive);
    }
  });
});
