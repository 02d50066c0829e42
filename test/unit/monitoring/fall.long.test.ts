import { conversions } from '@murmuration/monitoring/experiments/arm-sums';
import { fallSince } from '@murmuration/monitoring/experiments/fall';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from './uniform.ts';

/** Shares of trials in which a fall is found at any of the looks, each after 10 more units, from the 50th to the 3,000th. */
function found(trials: number, before: number, since: number, of: number, options = {}): number {
  const random = uniform(5);
  let alarms = 0;
  for (let trial = 0; trial < trials; trial++) {
    let bad = 0;
    for (let unit = 0; unit < of; unit++) if (random() < before) bad += 1;
    const reference = conversions(of, bad);
    let now = 0;
    for (let unit = 1; unit <= 3_000; unit++) {
      if (random() < since) now += 1;
      if (unit < 50 || unit % 10 > 0) continue;
      if (fallSince(reference, conversions(unit, now), { areShares: true, ...options }).isDecided) {
        alarms += 1;
        break;
      }
    }
  }
  return alarms / trials;
}

describe('a fall', () => {
  it.each([0.002, 0.05, 0.3])(
    'is found by chance no more often than alpha where the share stays %d',
    share => {
      const trials = 400;
      expect(found(trials, share, share, 2_000)).toBeLessThanOrEqual(
        0.05 + 3 * Math.sqrt((0.05 * 0.95) / trials),
      );
    },
  );

  it('that is there is found, and one within the bound is not', () => {
    expect(found(50, 0.1, 0.25, 1_000)).toBe(1);
    expect(found(50, 0.1, 0.14, 1_000, { by: 0.1 })).toBe(0);
    expect(found(50, 0.1, 0.05, 1_000)).toBe(0);
  });

  it('is found in means of anything as well', () => {
    const next = normal(uniform(6));
    const sumsOf = (n: number, mean: number) => {
      const values = Array.from({ length: n }, () => mean + next());
      return {
        n,
        sum: values.reduce((sum, value) => sum + value, 0),
        squares: values.reduce((sum, value) => sum + value ** 2, 0),
      };
    };
    const before = sumsOf(500, 3);
    expect(fallSince(before, sumsOf(500, 3.6)).isDecided).toBe(true);
    expect(fallSince(before, sumsOf(500, 3)).isDecided).toBe(false);
    expect(fallSince(before, sumsOf(500, 3.6), { by: 1 }).isDecided).toBe(false);
  });

  it('is not decided from next to nothing', () => {
    expect(fallSince(conversions(0, 0), conversions(500, 500)).isDecided).toBe(false);
    expect(fallSince(conversions(500, 0), conversions(1, 1)).isDecided).toBe(false);
    expect(() => fallSince(conversions(9, 1), conversions(9, 1), { alpha: 0 })).toThrow(/alpha/);
  });
});
