import { alwaysValid, halfWidth, tuned } from '@murmuration/monitoring/experiments/always-valid';
import { leastAtAnyLook, shareAtAnyLook } from '@murmuration/monitoring/experiments/any-look';
import {
  type ArmSums,
  added,
  conversions,
  meanOf,
  varianceOf,
} from '@murmuration/monitoring/experiments/arm-sums';
import { bestMean, bestShare } from '@murmuration/monitoring/experiments/best-arm';
import { fallSince } from '@murmuration/monitoring/experiments/fall';
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

describe('an experiment, beside its formulas in Python', () => {
  const verdict = (control: ArmSums, arm: ArmSums, options = {}) => {
    const test = alwaysValid(options);
    return test.verdict(test.add(test.add(test.init(), 'a', control), 'b', arm));
  };

  it.each([
    // As if both arms had the variance of all, since the small one seems surer.
    [
      conversions(100, 12),
      conversions(900, 180),
      {},
      -0.0944449789448151,
      0.2544449789448151,
      0.6366217351823573,
    ],
    [
      conversions(100, 30),
      conversions(900, 90),
      { alpha: 0.1, tuning: 2_000 },
      -0.34888352728948197,
      -0.051116472710518,
      0.011550727426475954,
    ],
    [
      { n: 5, sum: 10, squares: 30 },
      { n: 20, sum: 60, squares: 200 },
      {},
      -9.4555159741179,
      11.4555159741179,
      0.9851323374087553,
    ],
  ])('has the interval and the p-value of case %#', (control, arm, options, low, high, p) => {
    const { comparisons, control: name } = verdict(control, arm, options);
    expect(name).toBe('a');
    expect(comparisons).toHaveLength(1);
    const [found] = comparisons;
    near(found!.interval[0], low);
    near(found!.interval[1], high);
    near(found!.p, p);
    near(found!.effect, (low + high) / 2);
    expect(found).toMatchObject({ arm: 'b', isDecided: low > 0 || high < 0 });
  });

  it('refuses settings by what they have to be', () => {
    for (const alpha of [0, 1, Number.NaN])
      expect(() => alwaysValid({ alpha })).toThrow(
        expect.objectContaining({
          code: 'config.invalid',
          detail: `alpha is between 0 and 1, not ${alpha}.`,
        }),
      );
    for (const tuning of [0, Number.NaN])
      expect(() => alwaysValid({ tuning })).toThrow(
        expect.objectContaining({ code: 'config.invalid', detail: `tuning is above 0, not ${tuning}.` }),
      );
    expect(alwaysValid({ alpha: 0.999, tuning: 0.001 }).init()).toEqual({ arms: {} });
  });
});

describe('sums of an arm', () => {
  it('have a mean and a variance, and none with too few units', () => {
    const sums = sumsOf([1, 2, 6]);
    expect([meanOf(sums), varianceOf(sums, 0), varianceOf(sums, 1)]).toEqual([3, 14 / 3, 7]);
    expect([meanOf(sumsOf([])), varianceOf(sumsOf([]), 0), varianceOf(sumsOf([5]), 1)]).toEqual([0, 0, 0]);
    expect([varianceOf(sumsOf([5]), 0), varianceOf({ n: 2, sum: 4, squares: 7 }, 0)]).toEqual([0, 0]);
    expect(added(sums, sumsOf([3]))).toEqual({ n: 4, sum: 12, squares: 50 });
  });
});

describe('an interval of a share at any look', () => {
  // The bets' mean over the truncated beta distribution, and its root, by mpmath 1.3.
  it.each([
    [0.3, 100, {}, 0.152343224878857, 0.491372580757755],
    [0.3, 1_000, {}, 0.257302337693745, 0.345108203290869],
    [0.01, 1_000, {}, 0.00318120371738823, 0.0226590344155832],
    [0.97, 3_000, {}, 0.959333800047358, 0.978665839580754],
    [1, 50, {}, 0.712701324816699, 1],
    [0, 50, {}, 0, 1 - 0.712701324816699],
    [0.5, 1, {}, 1.45113902829015e-7, 0.999999854886097],
    [1, 1, {}, 4.32655069706848e-5, 1],
    [0.5, 40, { alpha: 0.2, tuning: 10 }, 0.297591774648417, 0.702408225351583],
    // Its bets are spread like one outcome at least.
    [0.5, 40, { alpha: 0.2, tuning: 2 }, 0.29582577521366, 0.70417422478634],
    [0.9, 200, { alpha: 0.01, tuning: 5_000 }, 0.732688827826322, 0.972521500275105],
  ])('of %d after %i outcomes (%j) is from %d to %d', (value, n, options, low, high) => {
    const found = shareAtAnyLook(value, n, options);
    // Ends are found to 1e-8, on the outside.
    expect(low - found[0]).toBeGreaterThan(-1e-12);
    expect(low - found[0]).toBeLessThan(1e-8);
    expect(found[1] - high).toBeGreaterThan(-1e-12);
    expect(found[1] - high).toBeLessThan(1e-8);
    expect(leastAtAnyLook(value, n, options)).toBe(found[0]);
  });

  it('is all for less than one outcome', () => {
    for (const n of [0, 0.9, Number.NaN]) expect(shareAtAnyLook(1, n)).toEqual([0, 1]);
  });
});

describe('a fall', () => {
  it('of a mean is least by both intervals, as in Python', () => {
    const [before, since] = [
      { n: 200, sum: 600, squares: 2_200 },
      { n: 100, sum: 400, squares: 1_900 },
    ];
    const rise = fallSince(before, since);
    expect(rise).toMatchObject({ effect: 1, isDecided: true });
    near(rise.least, 0.11646001235000991);
    const other = fallSince(since, { n: 200, sum: 700, squares: 2_600 }, { alpha: 0.1, tuning: 400 });
    expect(other).toMatchObject({ effect: -0.5, isDecided: false });
    near(other.least, -1.031351786085764);
    // More than the bound is asked.
    expect(fallSince(before, since, { by: rise.least }).isDecided).toBe(false);
    expect(fallSince(before, since, { by: 0.116 }).isDecided).toBe(true);
  });

  it.each([
    // Clopper and Pearson's upper ends at 97.5 %, by scipy 1.15.3.
    [2_000, 100, 0.06048172208315189, {}],
    [10, 0, 0.3084971078187608, {}],
    [10, 10, 1, {}],
    [50, 3, 0.14783717636418123, { alpha: 0.1, tuning: 50 }],
  ])('of a share of %i, before %i, is least from %d on', (n, bad, most, options) => {
    const { least, effect } = fallSince(conversions(n, bad), conversions(100, 30), {
      areShares: true,
      ...options,
    });
    expect(effect).toBeCloseTo(0.3 - bad / n, 12);
    expect(least).toBeCloseTo(leastAtAnyLook(0.3, 100, options) - most, 8);
  });

  it('is not known from one unit, and not decided', () => {
    const [one, two] = [conversions(1, 1), conversions(2, 1)];
    for (const [before, since] of [
      [one, two],
      [two, one],
    ] as const)
      expect(fallSince(before, since)).toEqual({
        effect: since.sum / since.n - before.sum / before.n,
        least: -Infinity,
        isDecided: false,
      });
    expect(fallSince(two, two).least).toBeGreaterThan(-Infinity);
    for (const alpha of [0, 1])
      expect(() => fallSince(two, two, { alpha })).toThrow(
        expect.objectContaining({
          code: 'config.invalid',
          detail: `alpha is between 0 and 1, not ${alpha}.`,
        }),
      );
  });
});

describe('tests at a fixed end, beside statsmodels 0.14.4 and scipy 1.15.3', () => {
  it('have intervals of the difference', () => {
    const [first, second] = [conversions(1_000, 120), conversions(1_500, 240)];
    const { effect, interval } = zTest(first, second);
    near(effect, 0.04);
    near(interval[0], 0.012616560446147507);
    near(interval[1], 0.06738343955385251);
    near(zTest(first, second, 0.1).interval[0], 0.017019093093626078);
    expect(zTest(conversions(10, 10), conversions(10, 10))).toEqual({
      effect: 0,
      statistic: 0,
      p: 1,
      interval: [0, 0],
    });
    near(zTest(second, first).p, zTest(first, second).p);

    const arms = [sumsOf([1, 2, 3, 4, 10]), sumsOf([2, 2, 5, 7, 9, 11])] as const;
    const welch = welchTest(...arms);
    near(welch.effect, 2);
    near(welch.statistic, 0.916057224828689);
    near(welch.p, 0.38412766816920596);
    near(welch.freedom, 8.772441603569208);
    near(welch.interval[0], -2.958497787986059, 1e-9);
    near(welch.interval[1], 6.958497787986059, 1e-9);
    near(welchTest(...arms, 0.2).interval[1], 5.025724908502061, 1e-9);
    expect(welchTest(sumsOf([1, 1]), sumsOf([3, 3, 3]))).toEqual({
      effect: 2,
      statistic: 0,
      p: 1,
      interval: [2, 2],
      freedom: 3,
    });
  });

  it('have a power, of either sign', () => {
    near(power(0.2, 100), 0.2929889364479872);
    near(power(-0.2, 100), 0.2929889364479872);
    near(power(0.5, 20, 0.01), 0.1599595395527621);
    near(power(0, 50), 0.05);
    near(unitsFor(0.2), 392.4430232577885, 1e-6);
    near(unitsFor(-0.5, { alpha: 0.01, power: 0.9 }), 119.0350973257168, 1e-6);
    near(effectOfShares(0.12, 0.15), 0.08791561840480067);
    near(effectOfShares(0.15, 0.12), -0.08791561840480067);
  });

  it.each([
    [0, {}],
    [Number.NaN, {}],
    [1, { alpha: 0 }],
    [1, { alpha: 0.5, power: 0.5 }],
    [1, { power: 1 }],
  ])('need no units for an effect of %d with %j', (effect, options) => {
    expect(() => unitsFor(effect, options)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        detail: 'The effect is not 0, and the power is between alpha and 1.',
      }),
    );
  });
});

describe('the evidence of the sample-ratio test', () => {
  it('is that of a Dirichlet prior around the intended shares', () => {
    // Beta(1, 1): B(4, 1) / 2⁻³ = 2.
    const test = sampleRatio([3, 3], { concentration: 2 });
    const state = test.add(test.init(), [3, 0]);
    expect(state).toEqual({
      counts: [3, 0],
      logEvidence: expect.closeTo(Math.log(2), 12),
      p: expect.closeTo(0.5, 12),
    });
    // B(4, 3) / 2⁻⁵ = 8 / 15: less evidence, and the least p stays.
    const next = test.add(state, [0, 2]);
    expect(next.logEvidence).toBeCloseTo(Math.log(32 / 60), 12);
    expect(next.p).toBe(state.p);
    // Dirichlet(1, 2) of shares of 1 and 2: Γ(3) / Γ(5) · 2 / (1/3)² = 1.5.
    const other = sampleRatio([0.1, 0.2], { concentration: 3 });
    expect(other.add(other.init(), [2, 0]).logEvidence).toBeCloseTo(Math.log(1.5), 12);
    expect(other.init()).toEqual({ counts: [0, 0], logEvidence: 0, p: 1 });
  });

  it('refuses shares and units by what they have to be', () => {
    for (const shares of [[1], [1, 0], [0, 1], [1, -1], [1, Infinity], [1, Number.NaN]])
      expect(() => sampleRatio(shares)).toThrow(
        expect.objectContaining({
          code: 'config.invalid',
          detail: 'An experiment has two arms at least, each with a share above 0.',
        }),
      );
    const test = sampleRatio([1, 1]);
    for (const units of [[1], [1, 2, 3], [1, -1], [0.5, 1], [1, 2 ** 53]])
      expect(() => test.add(test.init(), units)).toThrow(
        expect.objectContaining({
          code: 'config.invalid',
          detail: 'Units are 2 whole numbers from 0 on.',
        }),
      );
  });
});

describe('the probability to be best, by scipy’s integrals', () => {
  it('of shares', () => {
    const found = bestShare([conversions(100, 12), conversions(100, 20), conversions(10, 2)]);
    const best = [0.019801860226346633, 0.3857985006612511, 0.5943996391124023];
    const loss = [0.15300273496803762, 0.07457136241901802, 0.030453715360194478];
    found.forEach((arm, at) => {
      expect(arm.best).toBeCloseTo(best[at]!, 6);
      expect(arm.loss).toBeCloseTo(loss[at]!, 6);
    });
  });

  it('of means', () => {
    const found = bestMean([
      sumsOf([1, 2, 3, 4, 5, 6]),
      sumsOf([2, 3, 4, 5, 6, 7]),
      { n: 5, sum: 10, squares: 60 },
    ]);
    const best = [0.16532068252802168, 0.7863334924545986, 0.04834582501737985];
    const loss = [1.1347190804959624, 0.13471908049596237, 2.6347190804959624];
    found.forEach((arm, at) => {
      expect(arm.best).toBeCloseTo(best[at]!, 5);
      expect(arm.loss).toBeCloseTo(loss[at]!, 5);
    });
  });
});
