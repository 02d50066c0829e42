import { categorySample, numberSample } from '@murmuration/monitoring/samples/sample';
import { andersonDarling } from '@murmuration/monitoring/two-sample/anderson-darling';
import { energy, wasserstein } from '@murmuration/monitoring/two-sample/distances';
import { eppsSingleton } from '@murmuration/monitoring/two-sample/epps-singleton';
import { chiSquared, likelihoodRatio } from '@murmuration/monitoring/two-sample/frequencies';
import { kolmogorovSmirnov } from '@murmuration/monitoring/two-sample/kolmogorov-smirnov';
import { aboveByMixing } from '@murmuration/monitoring/two-sample/mixing';
import { cramerVonMises, mannWhitney } from '@murmuration/monitoring/two-sample/ranks';
import { studentTest } from '@murmuration/monitoring/two-sample/student';
import { twoSampleTests } from '@murmuration/monitoring/two-sample/tests';
import { describe, expect, it } from 'vitest';

const list = (values: readonly number[]) => Float64Array.from(values);
const counted = (counts: readonly number[]) => categorySample(counts.map((count, at) => [at, count]));

function near(value: number, expected: number, relative = 1e-12): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));
}

describe('small samples, beside scipy 1.15.3', () => {
  it.each([
    [[1, 2, 3], [4, 5, 6], 0.08085559837005224, 0.04042779918502612],
    [[1, 2, 2, 3, 7], [2, 4, 5, 6], 0.383220631285644, 0.191610315642822],
    [[5, 6, 7], [1, 2, 3, 4], 0.05182992721790968, 0.9892218666199918],
    [[1, 3], [2, 2], 1, 0.6584543008451956],
    [[1, 2, 3], [1, 2, 3], 1, 0.5902615116112394],
    [[4, 4], [4, 4, 4], 1, 1],
  ])('Mann and Whitney: %j beside %j', (a, b, twoSided, less) => {
    near(mannWhitney(list(a), list(b)), twoSided);
    near(mannWhitney(list(a), list(b), 'less'), less);
  });

  it.each([
    [[1, 2, 3], [4, 5, 6], 1, 0.1, 0],
    [[1, 2, 3, 4], [2.5, 5, 6, 7], 0.75, 0.22857142857142862, 0.125],
    [[1, 2, 3, 4, 5], [2.5, 5, 6], 7 / 15, 0.6785714285714286, 0.6244444444444442],
    [[1, 2, 3, 4, 5, 6], [3.5, 6.5, 7, 8], 0.75, 0.09523809523809523, 0.125],
    [[1, 2, 2, 3], [2, 2, 4], 1 / 3, 0.9714285714285715, 0.9444444444444444],
    [[1, 2, 3, 4, 5, 6], [1.5, 2.5, 4.5, 6.5, 7, 8], 0.5, 0.474025974025974, 1 / 3],
    [[1, 2, 3, 10], [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5], 13 / 28, 0.5363636363636364, 0.4212220602526726],
    [[1, 1.1, 1.2], [0, 1.05, 2], 1 / 3, 1, 0.9444444444444444],
  ])('Kolmogorov and Smirnov: %j beside %j', (a, b, distance, exact, asymptotic) => {
    const found = kolmogorovSmirnov(list(a), list(b), 'exact');
    near(found.distance, distance);
    near(found.p, exact);
    near(kolmogorovSmirnov(list(a), list(b), 'asymptotic').p, asymptotic);
    // The ways of mixing are the same from the other side.
    near(kolmogorovSmirnov(list(b), list(a), 'auto').p, exact);
  });

  it('Kolmogorov and Smirnov: exact up to 10,000 values', () => {
    const few = list([100.5, 4_000.5, 4_200.5]);
    const many = Float64Array.from({ length: 10_001 }, (_, at) => at);
    const [exact, above] = [0.17463377482034503, 0.17440843290636746];
    near(kolmogorovSmirnov(many.slice(0, 10_000), few).p, exact);
    near(kolmogorovSmirnov(few, many.slice(0, 10_000)).p, exact);
    near(kolmogorovSmirnov(many, few).p, above);
    near(kolmogorovSmirnov(few, many).p, above);
    near(kolmogorovSmirnov(many, few, 'exact').p, 0.17458592731688383);
  });

  it.each([
    [
      [
        [1, 2, 3, 4, 5.5],
        [2.5, 3.5, 6, 7, 8],
      ],
      0.9809278489112973,
      0.12883055895838905,
    ],
    [
      [
        [1, 1, 2, 3, 9],
        [2, 2, 3, 4, 4, 5],
      ],
      0.5591400429049997,
      0.19479243641861466,
    ],
    [
      [
        [1, 2, 4, 6, 8, 11],
        [5, 7, 9, 10, 12],
      ],
      0.575114519572971,
      0.19174347381776063,
    ],
    [
      [
        [1, 2, 3, 4],
        [3, 5, 6],
        [4, 7, 8, 9, 9.5],
      ],
      3.212782488660058,
      0.01259279710232592,
    ],
    [
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
        [9, 10, 11, 12],
      ],
      5.485623645903786,
      0.0010868258007576863,
    ],
    // Beyond the published critical values.
    [
      [
        [1, 2, 3, 4, 5, 6, 7, 8],
        [9, 10, 11, 12, 13, 14, 15, 16],
      ],
      7.811887009792713,
      0.001,
    ],
    [
      [
        [1, 3, 5, 7],
        [2, 4, 6, 8],
      ],
      -1.0241390474324306,
      0.25,
    ],
  ])('Anderson and Darling: %j', (samples, statistic, p) => {
    const found = andersonDarling(samples.map(list));
    near(found.statistic, statistic, 1e-11);
    near(found.p, p, 1e-11);
  });

  it.each([
    [[[1, 2, 3, 4]]],
    [[[1, 2], [3]]],
    [
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [[[1, 2, 3, 4], []]],
  ])('Anderson and Darling have nothing to say of %j', samples => {
    expect(() => andersonDarling(samples.map(list))).toThrow(
      expect.objectContaining({
        code: 'data.malformed',
        detail: 'The test needs two samples, four values and two distinct ones.',
      }),
    );
    expect(andersonDarling([list([1, 2]), list([3, 3])]).p).toBeLessThan(0.25);
  });

  it('distances, and Student', () => {
    const [a, b] = [list([1, 2, 4]), list([2, 3, 3, 7])];
    near(wasserstein(a, b), 1.2694908990840161);
    near(energy(a, b), 0.978945010372561);
    near(energy(b, a), 0.978945010372561);
    near(studentTest(a, b), 0.38979066100658966);
  });

  it.each([
    // Fisher.
    [[10, 0], [3, 4], 0.014705882352941178],
    [[3, 4], [10, 0], 0.014705882352941178],
    [[0, 12], [2, 10], 0.47826086956521735],
    [[5, 4], [5, 5], 1],
    // χ², from an expected count of 5 on.
    [[6, 4], [4, 6], 0.37109336952269756],
    [[1, 9], [11, 3], 0.0009252740371197616],
    [[12, 20, 30], [25, 20, 15], 0.008491650454708916],
    [[20, 30, 0], [25, 0, 40], 7.016040971261577e-16],
  ])('frequencies: %j beside %j', (a, b, p) => {
    near(chiSquared(counted(a), counted(b)), p, 1e-11);
  });

  it('likelihood ratio: G, or χ² where a category is rare', () => {
    const by = (a: readonly number[], b: readonly number[]) => likelihoodRatio(counted(a), counted(b));
    near(by([12, 20, 30], [25, 20, 15]), 0.007709131782697041, 1e-11);
    near(by([20, 30, 0], [25, 0, 40]), 1.7103293470858935e-21, 1e-11);
    near(by([10, 0], [3, 4]), 0.014705882352941178, 1e-11);
    expect([by([20, 30], [20, 30]), by([50], [50])]).toEqual([1, 1]);
  });
});

describe('small samples, beside all ways of dealing their values', () => {
  // The mean and variance of each statistic over all deals, and a χ² distribution of these, by numpy and scipy.
  it.each([
    [[2, 1, 0], [1, 0, 2], 0.22334990857541184],
    // χ² finds less.
    [[5, 3, 1, 0], [2, 2, 0, 4], 0.09168734833924526],
    [[8, 1, 1], [2, 6, 2], 0.023461817830422473],
    [[30, 1, 1], [10, 0, 4], 0.03341799624797659],
  ])('rare categories: %j beside %j', (a, b, p) => {
    near(chiSquared(counted(a), counted(b)), p, 1e-11);
    near(likelihoodRatio(counted(a), counted(b)), p, 1e-11);
  });

  it.each([
    [[0.1, 0.5, 1.2, 2, 3.3], [0.7, 1.9, 2.8, 4.1, 5.5], 0.8248999003306648],
    [[0, 1, 2, 3, 5, 8], [1, 1.5, 4, 6.5, 9, 10, 12], 0.7413217779181516],
    [[1, 2, 3, 4, 5], [1.1, 2.1, 2.9, 4.2, 5.3, 7.7, 9.1], 0.9212784505560385],
  ])('Epps and Singleton: %j beside %j', (a, b, p) => {
    near(eppsSingleton(list(a), list(b)), p, 1e-11);
  });

  it.each([
    [[1, 2, 3, 4], [1, 2, 3, 4, 5], 'The test needs five values in each sample.'],
    [[1, 2, 3, 4, 5], [1, 2, 3, 4], 'The test needs five values in each sample.'],
    [[1, 1, 1, 1, 1], [1, 1, 1, 1, 9], 'The test needs values that vary between the quartiles.'],
    [[1, 1, 1, 2, 2], [1, 1, 1, 2, 2], 'The test needs values that vary more.'],
  ])('Epps and Singleton have nothing to say of %j beside %j', (a, b, detail) => {
    expect(() => eppsSingleton(list(a), list(b))).toThrow(
      expect.objectContaining({ code: 'data.malformed', detail }),
    );
  });

  it('says nothing of three values, nor of a statistic that is the same in all deals', () => {
    expect(aboveByMixing(9, { m: 1, n: 2, dimensions: 1, rarity: 1.5 })).toBe(1);
    expect(aboveByMixing(9, { m: 2, n: 1, dimensions: 1, rarity: 1.5 })).toBe(1);
    // Of one value and three others, two are dealt to each side.
    const others = { m: 2, n: 2, dimensions: 1 };
    expect(aboveByMixing(4 / 3, { ...others, rarity: 7 / 3 })).toBe(1);
    expect(aboveByMixing(4 / 3, { ...others, rarity: 1 })).toBeLessThan(1);
  });

  // The mean of deals, and their variance as that of infinite samples with these ties, by numpy; scipy's limit.
  it.each([
    [[1, 2, 3, 4, 5], [2.5, 3.5, 6, 7, 8], 0.15369025476848097],
    [[1, 2], [3, 4], 0.08291486010994986],
    [[1, 3, 5, 7, 9], [2, 4, 6, 8], 0.9999999799735934],
    [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12, 13], 0.0012843991104184438],
    [[1, 1, 2, 3], [2, 2, 3, 4, 4, 5], 0.09480874097198488],
    [[1, 1, 1, 2], [1, 1, 2, 2], 0.6079146534228541],
    [[1, 1, 2], [1, 2, 2, 2], 0.3277092251389885],
    [[1, 1], [1, 1, 1], 1],
    [[1, 2, 3], [1, 2, 3], 1],
  ])('Cramér and von Mises: %j beside %j', (a, b, p) => {
    near(cramerVonMises(list(a), list(b)), p, 1e-10);
    near(cramerVonMises(list(b), list(a)), p, 1e-10);
  });
});

describe('a test by its name', () => {
  it('is the one of this name, with the title that reports show', () => {
    for (const [name, test] of Object.entries(twoSampleTests)) expect(test.name).toBe(name);
    expect(Object.values(twoSampleTests).map(({ title, takes }) => `${title}: ${takes}`)).toEqual([
      'Kolmogorov–Smirnov, p: numbers',
      'χ², p: either',
      'z of proportions, p: either',
      'Wasserstein distance, normed: numbers',
      'Jensen–Shannon distance: either',
      'Population stability index: either',
      'Hellinger distance: either',
      'Kullback–Leibler divergence: either',
      'Total variation distance: either',
      'Anderson–Darling, p: numbers',
      'Mann–Whitney, p: numbers',
      'Cramér–von Mises, p: numbers',
      'Student’s t, p: numbers',
      'Epps–Singleton, p: numbers',
      'Energy distance: numbers',
      'Likelihood ratio (G), p: either',
    ]);
  });

  it('of numbers takes none but numbers, on both sides', () => {
    const [numbers, words] = [numberSample(list([1, 2, 3])), counted([2, 1])];
    for (const [a, b] of [
      [numbers, words],
      [words, numbers],
    ] as const)
      expect(() => twoSampleTests.student.score(a, b)).toThrow(
        expect.objectContaining({
          code: 'data.malformed',
          detail: 'The test compares numbers, not categories.',
        }),
      );
  });
});
