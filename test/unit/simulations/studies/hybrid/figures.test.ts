import { seededUniform } from '@murmuration/engine/training/seeded';
import { ownWeights } from '@murmuration/studies/hybrid/baselines';
import { figuresOf, type ScoredPhone } from '@murmuration/studies/hybrid/figures';
import { describe, expect, it } from 'vitest';

/** Hits of a baseline by weight of the phone's own: as many under the weight at `best`, none under others. */
const under = (words: number, best: number, hits: number) => {
  const top3 = ownWeights.map((_, i) => (i === best ? hits : 0));
  return { words, top3, top1: top3.map(count => count / 2) };
};

/** A phone with so many words, and the hits of its models among the first three; half of them are first. */
function phone(
  words: number,
  global: number,
  hybrid: number,
  { cache = [0, 0], own = [0, 0] }: Partial<Record<'cache' | 'own', readonly [number, number]>> = {},
): ScoredPhone {
  const recall = (hits: number) => ({ top1: hits / words / 2, top3: hits / words, words });
  return {
    recalls: { global: recall(global), personal: recall(0), hybrid: recall(hybrid) },
    hits: { trigramCache: under(words, ...cache), kneserNeyOwn: under(words, ...own) },
  };
}

describe('the figures of the hybrid scenario', () => {
  it('count words alike, whoever typed them', () => {
    const { global, hybrid, gain } = figuresOf([[phone(100, 10, 30)], [phone(300, 90, 90)]]);
    expect(global.top3).toBeCloseTo(25, 9);
    expect(hybrid.top3).toBeCloseTo(30, 9);
    expect(gain.top3).toBeCloseTo(5, 9);
    expect(gain.top1).toBeCloseTo(2.5, 9);
  });

  it('tell how many phones are no worse off, and what the others lose', () => {
    const phones = [phone(100, 10, 12), phone(100, 10, 10), phone(100, 10, 9), phone(200, 20, 14)];
    const { betterOrEqualShare, betterOrEqualShareTop1, meanLossOfOthers } = figuresOf([phones]);
    expect(betterOrEqualShare).toBe(0.5);
    expect(betterOrEqualShareTop1).toBe(0.5);
    expect(meanLossOfOthers).toBeCloseTo((1 + 3) / 2, 9);
    expect(figuresOf([[phone(10, 1, 2)]]).meanLossOfOthers).toBe(0);
  });

  it('give each baseline the weight that is best for all phones in hindsight, and compare with the better one', () => {
    const phones = [
      phone(100, 0, 30, { cache: [3, 20], own: [2, 10] }),
      phone(100, 0, 30, { cache: [3, 4], own: [1, 16] }),
    ];
    const { trigramCache, kneserNeyOwn, overBestBaseline } = figuresOf([phones]);
    expect(trigramCache.top3).toBeCloseTo(12, 9);
    expect(kneserNeyOwn.top3).toBeCloseTo(8, 9);
    expect(overBestBaseline.top3).toBeCloseTo(30 - 12, 9);
    expect(overBestBaseline.top1).toBeCloseTo(15 - 6, 9);
  });

  it('have intervals over stretches: phones that gain and lose in one say nothing of chance', () => {
    const [gains, loses] = [phone(100, 10, 24), phone(100, 10, 0)];
    const within = Array.from({ length: 10 }, () => [gains, loses]);
    expect(figuresOf(within).gain.interval[0]).toBeCloseTo(2, 9);
    expect(figuresOf(within).gain.interval[1]).toBeCloseTo(2, 9);
    const between = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? [gains, gains] : [loses, loses]));
    const [low, high] = figuresOf(between).gain.interval;
    // Ten means of 14 and −10 points by turns: 2 ± 2.262 × 12.649 / √10 (Student's table, nine degrees of freedom).
    expect(low).toBeCloseTo(2 - 9.0488, 3);
    expect(high).toBeCloseTo(2 + 9.0488, 3);
  });

  it('hold what is true in 95 of a hundred draws of ten stretches', () => {
    const uniform = seededUniform(1);
    let held = 0;
    const trials = 2_000;
    for (let trial = 0; trial < trials; trial++) {
      const stretches = Array.from({ length: 10 }, () => {
        const shift = Math.round(20 * (uniform() + uniform() - 1));
        return [phone(100, 10, 20 + shift)];
      });
      const [low, high] = figuresOf(stretches).gain.interval;
      held += Number(low <= 10 && 10 <= high);
    }
    expect(held / trials).toBeGreaterThan(0.935);
    expect(held / trials).toBeLessThan(0.965);
  });
});
