import { discordant, mcnemar } from '@murmuration/monitoring/paired/mcnemar';
import { fewestUnits, studentInterval } from '@murmuration/monitoring/paired/mean-difference';
import { PairedBootstrap, resultOf } from '@murmuration/monitoring/paired/paired-bootstrap';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from './uniform.ts';

describe("McNemar's exact test", () => {
  it('has the p-values of a fair coin', () => {
    // 2 · Σ C(20, k) / 2²⁰ up to k = 5.
    expect(mcnemar({ first: 5, second: 15 })).toBeCloseTo((2 * 21_700) / 2 ** 20, 12);
    // The counts of Agresti, Categorical Data Analysis, §10.1, by scipy's exact binomial test.
    expect(mcnemar({ first: 86, second: 150 })).toBeCloseTo(3.71593614e-5, 12);
    expect(mcnemar({ first: 1, second: 9 })).toBeCloseTo(22 / 1_024, 12);
  });

  it('is 1 where there is no difference, and the same both ways', () => {
    expect(mcnemar({ first: 0, second: 0 })).toBe(1);
    fc.assert(
      fc.property(fc.nat(3_000), fc.nat(3_000), (first, second) => {
        const p = mcnemar({ first, second });
        expect(p).toBe(mcnemar({ first: second, second: first }));
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
        if (first === second) expect(p).toBe(1);
      }),
    );
  });

  it.each([
    [-1, 2],
    [2, -1],
    [0.5, 2],
    [2, 0.5],
    [Number.NaN, 2],
    [2 ** 53, 2],
  ])('refuses %d and %d', (first, second) => {
    expect(() => mcnemar({ first, second })).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        detail: `Counts are whole numbers from 0 on, not ${first} and ${second}.`,
      }),
    );
  });

  it('counts only examples that one of both got right', () => {
    expect(discordant([1, 1, 0, 0, 1], [1, 0, 1, 0, 0])).toEqual({ first: 2, second: 1 });
  });
});

describe('the paired bootstrap', () => {
  it('draws the same from a seed, in however many parts', () => {
    const next = normal(uniform(3));
    const differences = Float64Array.from({ length: 50 }, next);
    const made = (parts: readonly number[], seed?: number) => {
      const bootstrap = new PairedBootstrap(differences, seed === undefined ? {} : { seed });
      for (const part of parts) bootstrap.draw(part);
      expect(bootstrap.resamples).toBe(600);
      return bootstrap.result();
    };
    expect(made([600])).toEqual(made([1, 199, 400]));
    expect(made([600], 5)).not.toEqual(made([600]));
  });

  it('covers the truth as often as it says, and finds nothing where there is nothing', () => {
    const next = normal(uniform(11));
    let covered = 0;
    let found = 0;
    const trials = 400;
    for (let trial = 0; trial < trials; trial++) {
      const bootstrap = new PairedBootstrap(Float64Array.from({ length: 100 }, next), { seed: trial + 1 });
      bootstrap.draw(500);
      const { interval, p } = bootstrap.result(0.9);
      if (interval[0] <= 0 && interval[1] >= 0) covered += 1;
      if (p <= 0.05) found += 1;
    }
    // Four standard errors around the promise.
    expect(Math.abs(covered / trials - 0.9)).toBeLessThan(4 * Math.sqrt((0.9 * 0.1) / trials) + 0.01);
    expect(found / trials).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / trials));
  });

  it('finds a difference, of which p says how sure it is above the bound', () => {
    const next = normal(uniform(12));
    const bootstrap = new PairedBootstrap(Float64Array.from({ length: 400 }, () => 0.3 + next()));
    bootstrap.draw(2_000);
    expect(bootstrap.result(0.95).interval[0]).toBeGreaterThan(0);
    expect(bootstrap.result(0.95).p).toBeLessThan(0.01);
    expect(bootstrap.result(0.95, 0.5).p).toBeGreaterThan(0.9);
  });

  it('draws by xorshift32: the same as in Python', () => {
    const meansOf = (seed?: number) => {
      const bootstrap = new PairedBootstrap(Float64Array.of(0, 1, 5), seed === undefined ? {} : { seed });
      return Array.from({ length: 4 }, (_, at) => {
        bootstrap.draw(1);
        // The sum of all means so far is what is known of the last one.
        const { p, interval } = bootstrap.result(0.5, 1);
        return [bootstrap.resamples, p * (at + 2), ...interval];
      });
    };
    const expected = (means: readonly number[]) =>
      means.map((_, at) => {
        const drawn = means.slice(0, at + 1);
        const { interval, p } = resultOf(drawn, 0.5, 1);
        return [at + 1, p * (at + 2), ...interval];
      });
    expect(meansOf(1)).toEqual(expected([1 / 3, 1 / 3, 1 / 3, 7 / 3]));
    expect(meansOf()).toEqual(expected([2 / 3, 2, 0, 2]));
    expect(meansOf(2 ** 32 - 1)).toEqual(expected([2, 7 / 3, 2, 11 / 3]));
  });

  it('has percentiles by numpy, and counts means up to the bound', () => {
    const means = [4, 1, 3, 2, 5];
    expect(resultOf(means, 0.5, 0).interval).toEqual([2, 4]);
    const [low, high] = resultOf(means, 0.9, 0).interval;
    expect([low, high]).toEqual([expect.closeTo(1.2, 12), expect.closeTo(4.8, 12)]);
    expect(resultOf(means, 1, 0).interval).toEqual([1, 5]);
    expect([0, 3, 4.9, 5].map(by => resultOf(means, 0.5, by).p)).toEqual([1 / 6, 4 / 6, 5 / 6, 1]);
    expect(resultOf([7], 0.95, 0)).toEqual({ interval: [7, 7], p: 0.5 });
    const bootstrap = new PairedBootstrap(Float64Array.of(1, 2, 6));
    bootstrap.draw(30);
    expect(bootstrap.result().effect).toBe(3);
    expect(bootstrap.result()).toEqual(bootstrap.result(0.95, 0));
  });

  it('refuses what has no mean difference', () => {
    const invalid = (detail: string) => expect.objectContaining({ code: 'config.invalid', detail });
    for (const differences of [[], [1], [1, Number.NaN]])
      expect(() => new PairedBootstrap(Float64Array.from(differences))).toThrow(
        invalid('A paired bootstrap takes two finite differences at least.'),
      );
    for (const seed of [0, 2 ** 32, Number.NaN])
      expect(() => new PairedBootstrap(new Float64Array(2), { seed })).toThrow(
        invalid(`seed is from 1 to 4294967295, not ${seed}.`),
      );
    const bootstrap = new PairedBootstrap(new Float64Array(2));
    expect(() => bootstrap.result()).toThrow(invalid('No resample was drawn.'));
    bootstrap.draw(1);
    for (const confidence of [-0.1, 1.1])
      expect(() => bootstrap.result(confidence)).toThrow(
        invalid(`confidence is from 0 to 1, not ${confidence}.`),
      );
    expect(bootstrap.result(0).interval).toEqual(bootstrap.result(1).interval);
  });
});

describe('the interval of a mean difference', () => {
  it('is Student’s, by scipy 1.15.3', () => {
    const differences = Float64Array.of(1, 2, 3, 4, 10);
    const near = ([low, high]: readonly [number, number], expected: readonly [number, number]) => {
      expect(low).toBeCloseTo(expected[0], 9);
      expect(high).toBeCloseTo(expected[1], 9);
    };
    near(studentInterval(differences, 0.95), [-0.3899451654254218, 8.389945165425422]);
    near(studentInterval(differences, 0.5), [2.828855078954673, 5.171144921045327]);
  });

  it('takes as many units as are seldom all on one side', () => {
    // 2 / 2ⁿ is the probability that all are.
    expect([0.1, 0.5, 0.75, 0.9, 0.95, 0.99].map(fewestUnits)).toEqual([2, 2, 3, 5, 6, 8]);
  });
});
