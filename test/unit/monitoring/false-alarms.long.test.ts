import { alwaysValid } from '@murmuration/monitoring/experiments/always-valid';
import { shareAtAnyLook } from '@murmuration/monitoring/experiments/any-look';
import { fallSince } from '@murmuration/monitoring/experiments/fall';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from './uniform.ts';

const random = uniform(41);
const gaussian = normal(random);

/** Values of very different shapes, among them shares that are rare and means that hang on few values. */
const shapes: Readonly<Record<string, () => number>> = {
  'one of two': () => Number(random() < 0.5),
  'nine of ten': () => Number(random() < 0.9),
  'one of a hundred': () => Number(random() < 0.01),
  'one of a thousand': () => Number(random() < 0.001),
  'log-normal': () => Math.exp(gaussian()),
  'log-normal, very skewed': () => Math.exp(2 * gaussian()),
};

/** How much of the units the second arm gets. */
const splits: Readonly<Record<string, (unit: number) => number>> = {
  'equal arms': () => 0.5,
  'an arm of a tenth': () => 0.1,
  'an arm of a hundredth': () => 0.01,
  'a canary of 1, 10 and 50 %': unit => (unit < 2_000 ? 0.01 : unit < 4_000 ? 0.1 : 0.5),
};

class Sums {
  n = 0;
  sum = 0;
  squares = 0;

  add(value: number): void {
    this.n += 1;
    this.sum += value;
    this.squares += value * value;
  }
}

/** More than these of so many are too many, even for one who is unlucky. */
function mostOf(trials: number, alpha: number): number {
  return alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / trials);
}

describe('an experiment without a difference', () => {
  const trials = 100;

  /** The share of experiments that are called decided at any look; people look after every fifth unit, and often at first. */
  function decided(next: () => number, share: (unit: number) => number, tuning: number): number {
    let wrong = 0;
    for (let trial = 0; trial < trials; trial++) {
      const test = alwaysValid({ tuning });
      const [control, fresh] = [new Sums(), new Sums()];
      for (let unit = 0; unit < 6_000; unit++) {
        (random() < share(unit) ? fresh : control).add(next());
        if (control.n < 2 || fresh.n < 2 || (unit > 300 && unit % 20 > 0)) continue;
        const state = test.add(test.add(test.init(), 'control', { ...control }), 'fresh', { ...fresh });
        if (!test.verdict(state).comparisons[0]!.isDecided) continue;
        wrong += 1;
        break;
      }
    }
    return wrong / trials;
  }

  describe.each(Object.entries(splits))('with %s', (_, share) => {
    it.each(Object.entries(shapes))('is hardly ever decided: %s', (_, next) => {
      for (const tuning of [5_000, 200])
        expect(decided(next, share, tuning)).toBeLessThanOrEqual(mostOf(trials, 0.05));
    });
  });
});

describe('a version that is no worse than the one before', () => {
  const trials = 100;
  const alpha = 0.01;

  /** The share of versions that are taken back at any look. */
  function takenBack(next: () => number, known: number, areShares: boolean): number {
    let wrong = 0;
    for (let trial = 0; trial < trials; trial++) {
      const [before, since] = [new Sums(), new Sums()];
      for (let unit = 0; unit < known; unit++) before.add(next());
      for (let unit = 0; unit < 2_000; unit++) {
        since.add(next());
        if (since.n < 20 || unit % (unit < 200 ? 10 : 50) > 0) continue;
        if (!fallSince(before, since, { alpha, tuning: 40, areShares }).isDecided) continue;
        wrong += 1;
        break;
      }
    }
    return wrong / trials;
  }

  describe.each([2, 20, 200])('of which %i units are known', known => {
    it.each([0.001, 0.05, 0.5, 0.95])('is hardly ever taken back: a share of %d is bad', share => {
      const next = () => Number(random() < share);
      expect(takenBack(next, known, true)).toBeLessThanOrEqual(mostOf(trials, alpha));
    });

    it.each<readonly [string, () => number]>([
      ['that are alike', () => 1 + Math.abs(gaussian())],
      ['that are log-normal', () => Math.exp(2 * gaussian())],
      ['of which one in a hundred is large', () => (random() < 0.99 ? 0.01 : 10) * Math.abs(gaussian())],
    ])('is hardly ever taken back: it makes errors %s', (_, next) => {
      expect(takenBack(next, known, false)).toBeLessThanOrEqual(mostOf(trials, alpha));
    });
  });

  it('but one that is worse is', () => {
    const worse = (next: () => number, then: () => number, areShares: boolean) => {
      const [before, since] = [new Sums(), new Sums()];
      for (let unit = 0; unit < 500; unit++) before.add(next());
      for (let unit = 0; unit < 500; unit++) since.add(then());
      return fallSince(before, since, { alpha, tuning: 400, areShares }).isDecided;
    };
    const share = (bad: number) => () => Number(random() < bad);
    expect(worse(share(0.05), share(0.2), true)).toBe(true);
    const error = (scale: number) => () => scale * Math.abs(gaussian());
    expect(worse(error(1), error(2), false)).toBe(true);
  });
});

describe('a share that people look at all the time', () => {
  const draws = 2_000;

  /** How often a share is below, and how often above all that it is said to be, at any of many looks at 5,000 outcomes. */
  function missed(share: number, options: { readonly alpha: number; readonly tuning: number }) {
    const next = uniform(1_000 * share);
    const known = new Map<number, readonly [number, number]>();
    const misses = { below: 0, above: 0 };
    for (let draw = 0; draw < draws; draw++) {
      const seen = { below: 0, above: 0 };
      let sum = 0;
      let look = 1;
      for (let n = 1; n <= 5_000; n++) {
        sum += Number(next() < share);
        if (n < look) continue;
        look = 1.03 * n;
        const interval = known.get(10_000 * n + sum) ?? shareAtAnyLook(sum / n, n, options);
        known.set(10_000 * n + sum, interval);
        if (share < interval[0]) seen.below = 1;
        if (share > interval[1]) seen.above = 1;
      }
      misses.below += seen.below;
      misses.above += seen.above;
    }
    return { below: misses.below / draws, above: misses.above / draws };
  }

  it.each([
    { alpha: 0.05, tuning: 1_000 },
    { alpha: 0.1, tuning: 40 },
  ])('is missed on each side by half of the chance at most: %o', options => {
    for (const share of [0.001, 0.01, 0.05, 0.5, 0.95, 0.99]) {
      const { below, above } = missed(share, options);
      expect(below).toBeLessThanOrEqual((1.3 * options.alpha) / 2);
      expect(above).toBeLessThanOrEqual((1.3 * options.alpha) / 2);
    }
  });

  it('is known as exactly as one that normal outcomes would have', () => {
    // 12 % of 10,000 outcomes; Waudby-Smith et al. 2021 have ± 0.010537 for their variance.
    const [low, high] = shareAtAnyLook(0.12, 10_000);
    expect(high - low).toBeCloseTo(2 * 0.010537, 4);
    expect(high).toBeLessThan(shareAtAnyLook(0.15, 10_000)[0]);
  });
});
