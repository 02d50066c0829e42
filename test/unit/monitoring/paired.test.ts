import { discordant, mcnemar } from '@murmuration/monitoring/paired/mcnemar';
import { PairedBootstrap } from '@murmuration/monitoring/paired/paired-bootstrap';
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
    expect(() => mcnemar({ first: -1, second: 0.5 })).toThrow(/whole numbers/);
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

  it('refuses what has no mean difference', () => {
    for (const differences of [[], [1], [1, Number.NaN]])
      expect(() => new PairedBootstrap(Float64Array.from(differences))).toThrow(/two finite differences/);
    expect(() => new PairedBootstrap(new Float64Array(2), { seed: 0 })).toThrow(/seed/);
    expect(() => new PairedBootstrap(new Float64Array(2)).result()).toThrow(/No resample/);
  });
});
