import { alwaysValid, halfWidth, tuned } from '@murmuration/monitoring/experiments/always-valid';
import { type ArmSums, added, conversions } from '@murmuration/monitoring/experiments/arm-sums';
import { bestMean, bestShare } from '@murmuration/monitoring/experiments/best-arm';
import {
  effectOfShares,
  power,
  unitsFor,
  welchTest,
  zTest,
} from '@murmuration/monitoring/experiments/fixed-horizon';
import { sampleRatio } from '@murmuration/monitoring/experiments/sample-ratio';
import { type CovariateSums, reduced } from '@murmuration/monitoring/experiments/variance-reduction';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from './uniform.ts';
import { drift, samplesOf, sequential } from './vectors.ts';

const [figures, ratios] = sequential.cases;

function near(value: number, expected: number, relative = 1e-10): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));
}

function sumsOf(values: readonly number[]): ArmSums {
  return {
    n: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    squares: values.reduce((sum, value) => sum + value ** 2, 0),
  };
}

/** What an experiment of two arms says after these conversions. */
function verdictOf(n: number, control: number, treatment: number) {
  const test = alwaysValid();
  const state = test.add(test.init(), 'control', conversions(n, control));
  return test.verdict(test.add(state, 'treatment', conversions(n, treatment))).comparisons[0]!;
}

describe('confidence sequences', () => {
  it('have the published width and p-values', () => {
    near(tuned(0.05, 5_000), figures['rho_alpha.05_N5000']!);
    near(halfWidth(5_000, 1, tuned(0.05, 5_000), 0.05), figures['halfwidth_s2=1_n=5000']!);
    near(verdictOf(1_000, 120, 150).p, figures['p_120/1000_150/1000']!);
    near(verdictOf(10_000, 1_200, 1_500).p, figures['p_1200/10000_1500/10000']!);
  });

  it('decide where the interval leaves out no difference, which is where p falls below alpha', () => {
    const open = verdictOf(1_000, 120, 150);
    expect([open.isDecided, open.p < 0.05]).toEqual([false, false]);
    expect(open.interval[0]).toBeLessThan(0);
    const decided = verdictOf(10_000, 1_200, 1_500);
    expect([decided.isDecided, decided.p < 0.05]).toEqual([true, true]);
    expect(decided.interval[0]).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 2_000 }), (a, b) => {
        const { isDecided, p } = verdictOf(2_001, a, b);
        expect(isDecided).toBe(p < 0.05);
      }),
    );
  });

  it('say nothing of arms without variance, nor of one arm', () => {
    expect(verdictOf(10, 0, 0)).toMatchObject({ p: 1, interval: [-Infinity, Infinity], isDecided: false });
    const test = alwaysValid();
    expect(test.verdict(test.init())).toEqual({ control: '', comparisons: [] });
    expect(test.verdict(test.add(test.init(), 'a', conversions(3, 1)))).toEqual({
      control: 'a',
      comparisons: [],
    });
  });

  it('do not depend on the pieces in which sums arrive, and keep state as text', () => {
    const test = alwaysValid({ tuning: 2_000 });
    let state = test.init();
    for (let piece = 0; piece < 10; piece++) {
      state = test.add(state, 'a', conversions(100, 12 + piece));
      state = test.add(JSON.parse(JSON.stringify(state)), '__proto__', conversions(100, 20));
    }
    const whole = test.add(
      test.add(test.init(), 'a', conversions(1_000, 165)),
      '__proto__',
      conversions(1_000, 200),
    );
    expect(test.verdict(state)).toEqual(test.verdict(whole));
    expect(test.verdict(whole).comparisons).toHaveLength(1);
  });

  it('hold at every look: of experiments without an effect, hardly any is ever decided', () => {
    const random = uniform(2_021);
    let decided = 0;
    for (let experiment = 0; experiment < 200; experiment++) {
      const test = alwaysValid({ tuning: 2_000 });
      let state = test.init();
      let isDecided = false;
      for (let look = 0; look < 40; look++) {
        for (const arm of ['a', 'b']) {
          let converted = 0;
          for (let unit = 0; unit < 25; unit++) converted += Number(random() < 0.12);
          state = test.add(state, arm, conversions(25, converted));
        }
        isDecided ||= test.verdict(state).comparisons[0]!.isDecided;
      }
      decided += Number(isDecided);
    }
    expect(decided / 200).toBeLessThanOrEqual(0.05);
  });

  it('refuse settings that make no sense', () => {
    expect(() => alwaysValid({ alpha: 0 })).toThrow('alpha');
    expect(() => alwaysValid({ tuning: 0 })).toThrow('tuning');
  });
});

describe('tests at a fixed end, beside statsmodels and scipy', () => {
  const [z, , units, welch, chi] = drift.ab;

  it('z of two shares, and the χ² that it is the root of', () => {
    const { statistic, p } = zTest(conversions(1_000, 120), conversions(1_000, 150));
    // Theirs is first − second.
    near(-statistic, z!.z!);
    near(p, z!.p_two_sided!);
    near(statistic ** 2, chi!.chi2!);
    near(p, chi!.p!);
    expect(zTest(conversions(10, 0), conversions(10, 0)).p).toBe(1);
  });

  it('Welch', () => {
    const { reference, current } = samplesOf(drift.twoSample[0]!);
    const { statistic, p, freedom } = welchTest(sumsOf(reference), sumsOf(current));
    near(-statistic, welch!.t!);
    near(p, welch!.p!);
    near(freedom, welch!.df!);
    expect(welchTest(sumsOf([1, 1]), sumsOf([1, 1])).p).toBe(1);
  });

  it('units for a power, which then is the power', () => {
    const effect = effectOfShares(0.12, 0.15);
    near(unitsFor(effect), units!.n!);
    near(power(effect, unitsFor(effect)), 0.8);
    expect(() => unitsFor(0)).toThrow('not 0');
  });
});

describe('the sample-ratio test', () => {
  it.each(ratios.cases)('$rows of $null', ({ rows, null: asked, p: expected }) => {
    const shares = typeof asked === 'string' ? [1 / 3, 1 / 3, 1 / 3] : asked;
    const test = sampleRatio(shares);
    let state = test.init();
    const all = typeof rows === 'string' ? Array<number[]>(5).fill([520, 480]) : rows;
    const values = all.map(row => {
      state = test.add(JSON.parse(JSON.stringify(state)), row);
      return state.p;
    });
    values.forEach((value, at) => {
      near(value, expected[at]!, 1e-9);
    });
  });

  it('goes by the least p so far: shares that were wrong for a while stay wrong', () => {
    const test = sampleRatio([1, 1]);
    const wrong = test.add(test.init(), [700, 300]);
    expect(wrong.p).toBeLessThan(0.001);
    const balanced = test.add(wrong, [300, 700]);
    expect(balanced.p).toBe(wrong.p);
    expect(test.add(test.init(), [1_000, 1_000]).p).toBe(1);
  });

  it('refuses shares and units that make no sense', () => {
    expect(() => sampleRatio([1])).toThrow('two arms');
    expect(() => sampleRatio([1, 0])).toThrow('share above 0');
    const test = sampleRatio([1, 1]);
    expect(() => test.add(test.init(), [1])).toThrow('2 whole numbers');
    expect(() => test.add(test.init(), [1, -1])).toThrow('2 whole numbers');
  });
});

describe('the probability to be best', () => {
  it('is shared by equals, and nearly sure for one that is far ahead', () => {
    for (const { best } of bestShare(Array<ArmSums>(4).fill(conversions(200, 30))))
      expect(best).toBeCloseTo(0.25, 9);
    const [behind, ahead] = bestShare([conversions(5_000, 500), conversions(5_000, 900)]);
    expect(ahead!.best).toBeGreaterThan(0.999_999);
    expect(ahead!.loss).toBeLessThan(1e-9);
    expect(behind!.loss).toBeCloseTo(0.08, 3);
  });

  it('is exact where it is known: Beta(1, 1) beside Beta(2, 1) is below with 2 / 3', () => {
    const [none, one] = bestShare([conversions(0, 0), conversions(1, 1)]);
    expect(none!.best).toBeCloseTo(1 / 3, 3);
    expect(one!.best).toBeCloseTo(2 / 3, 3);
    // E max − E of Beta(2, 1): 3/4 − 2/3.
    expect(one!.loss).toBeCloseTo(3 / 4 - 2 / 3, 3);
  });

  it('of means is that of the normal distribution of their difference', () => {
    const [a, b] = [sumsOf([1, 2, 3, 4, 5, 6]), sumsOf([2, 3, 4, 5, 6, 7])];
    const variance = 3.5;
    const z = 1 / Math.sqrt((2 * variance) / 6);
    const [, second] = bestMean([a, b]);
    // Φ(z), by the arithmetic of the z-test.
    expect(second!.best).toBeCloseTo(0.822_4, 2);
    expect(z).toBeCloseTo(0.925_8, 4);
  });
});

describe('CUPED', () => {
  const gaussian = normal(uniform(3));
  const arm = (n: number, effect: number): CovariateSums => {
    const pairs = Array.from({ length: n }, () => {
      const covariate = gaussian() + 4;
      return { covariate, value: 2 * covariate + 0.5 * gaussian() + effect };
    });
    const total = (pick: (pair: (typeof pairs)[number]) => number) =>
      pairs.reduce((sum, pair) => sum + pick(pair), 0);
    return {
      n,
      sum: total(({ value }) => value),
      squares: total(({ value }) => value ** 2),
      covariate: total(({ covariate }) => covariate),
      covariateSquares: total(({ covariate }) => covariate ** 2),
      products: total(({ value, covariate }) => value * covariate),
    };
  };

  it('takes out what the covariate explains: an effect shows that was hidden', () => {
    const arms = [arm(2_000, 0), arm(2_000, 0.07)] as const;
    const [before, after] = reduced(arms);
    expect(welchTest(arms[0], arms[1]).p).toBeGreaterThan(0.01);
    const test = welchTest(before!, after!);
    expect(test.p).toBeLessThan(1e-3);
    expect(Math.abs(test.effect - 0.07)).toBeLessThan(0.04);
    // 0.25 of 4.25 remains.
    const spread = (sums: ArmSums) => sums.squares - sums.sum ** 2 / sums.n;
    expect(spread(before!) / spread(arms[0])).toBeCloseTo(0.25 / 4.25, 1);
  });

  it('changes nothing with a covariate that does not vary', () => {
    const sums = { n: 3, sum: 6, squares: 14, covariate: 6, covariateSquares: 12, products: 12 };
    expect(reduced([sums])).toEqual([{ n: 3, sum: 6, squares: 14 }]);
    expect(reduced([])).toEqual([]);
  });

  it('keeps the mean over all arms', () => {
    const arms = [arm(300, 0), arm(500, 1)];
    const total = (all: readonly ArmSums[]) => all.reduce(added);
    expect(total(reduced(arms)).sum).toBeCloseTo(total(arms).sum, 6);
  });
});
