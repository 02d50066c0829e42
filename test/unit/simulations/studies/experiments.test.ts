import { Coin } from '@murmuration/studies/experiments/coin';
import { lookOften, stopsForRatio } from '@murmuration/studies/experiments/looks';
import { describe, expect, it } from 'vitest';

const looks = { units: 5_000, control: 0.12, alpha: 0.05, tuning: 5_000 };

/** How many of 150 experiments end this way. */
function count(purpose: string, ends: (coin: Coin) => boolean): number {
  const coin = new Coin(3, purpose);
  return Array.from({ length: 150 }, () => ends(coin)).filter(Boolean).length;
}

describe('the simulation of experiments', () => {
  it('repeats itself, and another seed is another one', () => {
    const draw = (seed: number) => {
      const coin = new Coin(seed, 'draw');
      return Array.from({ length: 20 }, () => coin.successes(100, 0.3));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const mean = draw(1).reduce((sum, each) => sum + each, 0) / 20;
    expect(Math.abs(mean - 30)).toBeLessThan(3);
  });

  it('finds by a z-test at each look what is not there, and hardly by the sequential one', () => {
    const same = { ...looks, treatment: 0.12 };
    expect(count('aa', coin => lookOften(coin, same).alwaysValid)).toBeLessThanOrEqual(0.05 * 150);
    expect(count('aa', coin => lookOften(coin, same).naive)).toBeGreaterThan(0.25 * 150);
  });

  it('finds by the sequential test what is there', () => {
    const found = count('ab', coin => lookOften(coin, { ...looks, treatment: 0.18 }).alwaysValid);
    expect(found).toBeGreaterThan(0.9 * 150);
  });

  it('stops experiments whose split is broken, and no others', () => {
    expect(count('fault', coin => stopsForRatio(coin, 40_000, 0.48, 0.01))).toBe(150);
    expect(count('ratio', coin => stopsForRatio(coin, 10_000, 0.5, 0.01))).toBeLessThanOrEqual(3);
  });
});
