import { sturges } from '@murmuration/monitoring/samples/bins';
import {
  categorySample,
  readCategories,
  readNumbers,
  type Sample,
} from '@murmuration/monitoring/samples/sample';
import { andersonDarling } from '@murmuration/monitoring/two-sample/anderson-darling';
import { defaultTest } from '@murmuration/monitoring/two-sample/choice';
import { corrected } from '@murmuration/monitoring/two-sample/correction';
import { kolmogorovSmirnov } from '@murmuration/monitoring/two-sample/kolmogorov-smirnov';
import { mannWhitney } from '@murmuration/monitoring/two-sample/ranks';
import { type TestName, twoSampleTests } from '@murmuration/monitoring/two-sample/tests';
import { describe, expect, it } from 'vitest';
import { drift, samplesOf, type TwoSampleCase } from './vectors.ts';

/**
 * Evidently takes the reference for exact, and compares the first of six categories with all others as if there were two. Its tests of Cramér
 * and von Mises and of Epps and Singleton are those of scipy, which find far too much in tied values, and in samples of different sizes.
 */
const others = new Set(['chisquare', 'g_test', 'z', 'cramer_von_mises', 'es']);

/** Evidently's names. */
const names: Readonly<Record<string, TestName>> = {
  ks: 'kolmogorov-smirnov',
  chisquare: 'chi-squared',
  z: 'z',
  wasserstein: 'wasserstein',
  jensenshannon: 'jensen-shannon',
  psi: 'psi',
  kl_div: 'kullback-leibler',
  hellinger: 'hellinger',
  anderson: 'anderson-darling',
  mannw: 'mann-whitney',
  cramer_von_mises: 'cramer-von-mises',
  t_test: 'student',
  ed: 'energy',
  es: 'epps-singleton',
  g_test: 'likelihood-ratio',
};

function read(given: TwoSampleCase): { reference: Sample; current: Sample } {
  const { reference, current } = samplesOf(given);
  const reader = given.type === 'num' ? readNumbers : readCategories;
  return { reference: reader(reference).sample, current: reader(current).sample };
}

const sorted = (values: readonly number[]) => Float64Array.from(values).sort();

describe.each(drift.twoSample)('Evidently’s figures of $case', given => {
  const { reference, current } = read(given);

  it.each(Object.entries(given.results).filter(([name]) => !others.has(name)))(
    '%s',
    (name, { score, threshold, drift: drifted }) => {
      const test = twoSampleTests[names[name]!];
      // Evidently's is one-sided, which would overlook values that fall.
      const own =
        name === 'mannw' && reference.kind === 'numbers' && current.kind === 'numbers'
          ? mannWhitney(reference.sorted, current.sorted, 'less')
          : test.score(reference, current);
      expect(Math.abs(own - score)).toBeLessThanOrEqual(1e-11 * Math.max(1, score));
      expect(test.threshold).toBe(threshold);
      expect(test.differs(own, threshold)).toBe(drifted);
    },
  );

  it('takes the same test where nobody names one', () => {
    const chosen = defaultTest(reference, current);
    expect(chosen).toBe(names[given.evidently_default.test]);
    if (others.has(given.evidently_default.test)) return;
    const { score, differs, threshold } = twoSampleTests[chosen];
    expect(score(reference, current)).toBeCloseTo(given.evidently_default.score, 12);
    expect(differs(score(reference, current), threshold)).toBe(given.evidently_default.drift);
  });

  it('scipy’s figures', () => {
    if (reference.kind !== 'numbers' || current.kind !== 'numbers') {
      const p = twoSampleTests['chi-squared'].score(reference, current);
      expect(p).toBeCloseTo(given.scipy.chi2_contingency_no_correction!.p, 12);
      return;
    }
    const exact = kolmogorovSmirnov(reference.sorted, current.sorted);
    expect(exact.distance).toBeCloseTo(given.scipy.ks_statistic!, 14);
    expect(exact.p).toBeCloseTo(given.scipy.ks_p_auto!, 12);
    const { p } = kolmogorovSmirnov(reference.sorted, current.sorted, 'asymptotic');
    expect(p).toBeCloseTo(given.scipy.ks_p_asymp!, 12);
    const edges = [...sturges(reference.sorted, current.sorted)];
    expect(edges).toHaveLength(given.scipy.sturges_bin_edges!.length);
    edges.forEach((edge, at) => {
      expect(edge).toBeCloseTo(given.scipy.sturges_bin_edges![at]!, 12);
    });
  });
});

describe('published figures', () => {
  it.each(drift.published.filter(({ test }) => !others.has(test)))(
    '$test: $score',
    ({ test, case: name, reference, current, score, abs_tol }) => {
      const given = drift.twoSample.find(each => each.case === name);
      const own =
        reference && current
          ? andersonDarling([sorted(reference), sorted(current)]).p
          : twoSampleTests[names[test]!].score(read(given!).reference, read(given!).current);
      expect(Math.abs(own - score)).toBeLessThanOrEqual(abs_tol);
    },
  );
});

describe('the default choice', () => {
  const numbers = (size: number, distinct: number) =>
    readNumbers(Array.from({ length: size }, (_, at) => at % distinct)).sample;
  const categories = (size: number, distinct: number) =>
    readCategories(Array.from({ length: size }, (_, at) => `c${at % distinct}`)).sample;

  it.each([
    [numbers(1_000, 6), 'kolmogorov-smirnov'],
    [numbers(1_000, 5), 'chi-squared'],
    [numbers(1_000, 2), 'z'],
    [numbers(1_001, 6), 'wasserstein'],
    [numbers(1_001, 5), 'jensen-shannon'],
    [categories(1_000, 3), 'chi-squared'],
    [categories(1_000, 2), 'z'],
    [categories(1_001, 2), 'jensen-shannon'],
  ] as const)('case %# is %s', (reference, expected) => {
    expect(defaultTest(reference, reference)).toBe(expected);
  });

  it('counts the distinct values of both samples', () => {
    expect(defaultTest(categories(100, 2), categories(100, 3))).toBe('chi-squared');
  });
});

describe('the edges of tests', () => {
  const one = readNumbers([3, 3, 3]).sample;
  const two = readNumbers([4, 4, 4]).sample;

  it('hold where no value differs from another', () => {
    expect(twoSampleTests.wasserstein.score(one, one)).toBe(0);
    // Nobody divides by a deviation of 0: one unit away are 1,000 of the least.
    expect(twoSampleTests.wasserstein.score(one, two)).toBeCloseTo(1_000, 9);
    expect(twoSampleTests['kolmogorov-smirnov'].score(one, one)).toBe(1);
    expect(twoSampleTests.z.score(one, one)).toBe(1);
    expect(twoSampleTests['chi-squared'].score(one, one)).toBe(1);
    expect(() => twoSampleTests['anderson-darling'].score(one, one)).toThrow('two distinct');
  });

  it('hold for categories that are new or gone', () => {
    const before = readCategories(['a', 'a', 'b']).sample;
    const after = readCategories(['a', 'c', 'c']).sample;
    expect(twoSampleTests['chi-squared'].score(before, after)).toBeCloseTo(0.2233, 4);
    expect(twoSampleTests['total-variation'].score(before, after)).toBeCloseTo(2 / 3, 12);
    for (const name of ['psi', 'kullback-leibler', 'jensen-shannon', 'hellinger'] as const)
      expect(Number.isFinite(twoSampleTests[name].score(before, after))).toBe(true);
  });

  it('refuse categories where they compare numbers', () => {
    const words = readCategories(['a', 'b']).sample;
    expect(() => twoSampleTests.wasserstein.score(words, words)).toThrow('compares numbers');
  });

  it('distances of nothing moved are 0, and symmetric where they should be', () => {
    const before = readNumbers(Array.from({ length: 400 }, (_, at) => Math.sin(at))).sample;
    const after = readNumbers(Array.from({ length: 300 }, (_, at) => Math.sin(at * 2) + 0.2)).sample;
    for (const name of [
      'wasserstein',
      'jensen-shannon',
      'psi',
      'hellinger',
      'kullback-leibler',
      'total-variation',
      'energy',
    ] as const)
      expect(twoSampleTests[name].score(before, before)).toBeCloseTo(0, 7);
    for (const name of ['jensen-shannon', 'hellinger', 'total-variation', 'energy'] as const)
      expect(twoSampleTests[name].score(before, after)).toBeCloseTo(
        twoSampleTests[name].score(after, before),
        12,
      );
  });
});

describe('the threshold where nobody names one', () => {
  it.each<[TestName, number]>([
    ['kolmogorov-smirnov', 0.05],
    ['chi-squared', 0.05],
    ['z', 0.05],
    ['wasserstein', 0.1],
    ['jensen-shannon', 0.1],
    ['psi', 0.1],
    ['hellinger', 0.1],
    ['kullback-leibler', 0.1],
    ['total-variation', 0.1],
    ['anderson-darling', 0.1],
    ['mann-whitney', 0.05],
    ['cramer-von-mises', 0.1],
    ['student', 0.05],
    ['epps-singleton', 0.05],
    ['energy', 0.1],
    ['likelihood-ratio', 0.1],
  ])('of %s is Evidently’s: %d, which a distance may reach', (name, expected) => {
    const { threshold, measures, differs } = twoSampleTests[name];
    expect(threshold).toBe(expected);
    const isInclusive = measures === 'distance' || name === 'kolmogorov-smirnov';
    expect(differs(threshold, threshold)).toBe(isInclusive);
    const [less, more] = [differs(threshold / 2, threshold), differs(2 * threshold, threshold)];
    expect([less, more]).toEqual(measures === 'distance' ? [false, true] : [true, false]);
  });
});

describe('categories of two samples', () => {
  const counted = (...counts: readonly number[]) =>
    categorySample(counts.map((count, at) => [`c${at}`, count] as const));

  it('have the z of two shares', () => {
    const z = drift.ab[0]!.p_two_sided!;
    const [before, after] = [counted(120, 880), counted(150, 850)];
    for (const name of ['z', 'chi-squared'] as const)
      expect(twoSampleTests[name].score(before, after)).toBeCloseTo(z, 12);
  });

  it('are compared by Fisher’s exact test where one of two is rare', () => {
    // The help of R's fisher.test: Agresti's tea, p = 0.4857; scipy's of the other: 0.0349650349650.
    expect(twoSampleTests.z.score(counted(3, 1), counted(1, 3))).toBeCloseTo(0.4857142857, 9);
    expect(twoSampleTests['chi-squared'].score(counted(8, 2), counted(1, 5))).toBeCloseTo(0.03496503497, 9);
  });

  it('are refused by z where there are more than two, as of numbers that vary', () => {
    expect(() => twoSampleTests.z.score(counted(3, 4), counted(1, 3, 2))).toThrow('two different values');
    const numbers = readNumbers([0.1, 0.2, 0.3]).sample;
    expect(() => twoSampleTests.z.score(numbers, numbers)).toThrow('two different values');
  });
});

describe('the correction for many tests', () => {
  const chances = [0.01, 0.04, 0.03, 0.005, 0.8];

  it('Bonferroni multiplies', () => {
    expect(corrected(chances, 'bonferroni')).toEqual([0.05, 0.2, 0.15, 0.025, 1]);
    expect(corrected(chances, 'none')).toEqual(chances);
    expect(corrected([], 'bonferroni')).toEqual([]);
  });

  it('Benjamini–Hochberg keeps the order of p-values', () => {
    // scipy.stats.false_discovery_control of the same.
    const expected = [0.025, 0.05, 0.05, 0.025, 0.8];
    corrected(chances, 'benjamini-hochberg').forEach((p, at) => {
      expect(p).toBeCloseTo(expected[at]!, 12);
    });
    // The smaller one would be 0.06 by its rank.
    expect(corrected([0.03, 0.04], 'benjamini-hochberg')).toEqual([0.04, 0.04]);
  });
});
