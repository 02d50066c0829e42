// @module-tag statistics
import { execFileSync } from 'node:child_process';
import { wilson } from '@murmuration/monitoring/accuracy/wilson';
import { conversions } from '@murmuration/monitoring/experiments/arm-sums';
import {
  effectOfShares,
  power,
  unitsFor,
  welchTest,
  zTest,
} from '@murmuration/monitoring/experiments/fixed-horizon';
import { mcnemar } from '@murmuration/monitoring/paired/mcnemar';
import { PairedBootstrap, resultOf } from '@murmuration/monitoring/paired/paired-bootstrap';
import { mean, variance } from '@murmuration/monitoring/samples/moments';
import { numberSample, readCategories } from '@murmuration/monitoring/samples/sample';
import { andersonDarling } from '@murmuration/monitoring/two-sample/anderson-darling';
import { corrected } from '@murmuration/monitoring/two-sample/correction';
import { energy, wasserstein } from '@murmuration/monitoring/two-sample/distances';
import { kolmogorovSmirnov } from '@murmuration/monitoring/two-sample/kolmogorov-smirnov';
import { cramerVonMises, mannWhitney } from '@murmuration/monitoring/two-sample/ranks';
import { studentTest } from '@murmuration/monitoring/two-sample/student';
import { twoSampleTests } from '@murmuration/monitoring/two-sample/tests';
import { expect, it } from 'vitest';
import { ascending, normal, uniform } from './uniform.ts';

/** Answers each question of a list, by scipy and statsmodels. */
const oracle = `
import itertools, json, sys, warnings
import numpy as np
from scipy import stats
from scipy.spatial import distance
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_confint, proportions_ztest
from statsmodels.stats.multitest import multipletests
warnings.simplefilter('ignore')

def answer(kind, a, b):
    a, b = np.array(a, dtype=float), np.array(b, dtype=float)
    if kind == 'numbers':
        return {
            'ks': float(stats.ks_2samp(a, b).pvalue),
            'asymptotic': float(stats.ks_2samp(a, b, method='asymp').pvalue),
            'wasserstein': float(stats.wasserstein_distance(a, b) / max(np.std(a), 0.001)),
            'energy': float(stats.energy_distance(a, b)),
            'anderson': float(stats.anderson_ksamp([a, b]).pvalue),
            'mannWhitney': float(stats.mannwhitneyu(a, b, alternative='two-sided', method='asymptotic').pvalue),
            'student': float(stats.ttest_ind(a, b).pvalue),
            'welch': float(stats.ttest_ind(b, a, equal_var=False).pvalue),
            'epps': float(stats.epps_singleton_2samp(a, b).pvalue),
            'cramer': float(stats.cramervonmises_2samp(a, b, method='asymptotic').pvalue),
        }
    if kind == 'counts':
        p, q = a / a.sum(), b / b.sum()
        return {
            'chi': float(stats.chi2_contingency([a, b], correction=False).pvalue),
            'g': float(stats.chi2_contingency([a, b], correction=False, lambda_='log-likelihood').pvalue),
            'js': float(distance.jensenshannon(p, q)),
            'kl': float(stats.entropy(p, q)),
        }
    if kind == 'paired':
        table = [[0, a[0]], [a[1], 0]]
        found = stats.bootstrap((b,), np.mean, n_resamples=20000, method='percentile', random_state=7)
        every = np.array([b[:5][list(draw)].mean() for draw in itertools.product(range(5), repeat=5)])
        return {
            'mcnemar': float(mcnemar(table, exact=True).pvalue),
            'low': float(found.confidence_interval.low), 'high': float(found.confidence_interval.high),
            'exactLow': float(np.percentile(every, 2.5)), 'exactHigh': float(np.percentile(every, 97.5)),
        }
    if kind == 'shares':
        z, p = proportions_ztest(a, b)
        low, high = proportion_confint(a[0], b[0], method='wilson')
        h = 2 * (np.arcsin(np.sqrt(a[0] / b[0])) - np.arcsin(np.sqrt(a[1] / b[1])))
        return {
            'z': float(p), 'low': float(low), 'high': float(high),
            'units': float(NormalIndPower().solve_power(abs(h), alpha=0.05, power=0.8)),
            'power': float(NormalIndPower().power(h, b[0], 0.05)),
        }
    return {
        'bonferroni': multipletests(a, method='bonferroni')[1].tolist(),
        'hochberg': multipletests(a, method='fdr_bh')[1].tolist(),
    }

print(json.dumps([answer(*question) for question in json.load(sys.stdin)]))
`;

type Question = readonly [kind: string, a: readonly number[], b: readonly number[]];

function ask(questions: readonly Question[]): Record<string, number & number[]>[] {
  const python = process.env.STATISTICS_PYTHON || '/usr/bin/python3';
  const options = { input: JSON.stringify(questions), encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  return JSON.parse(execFileSync(python, ['-c', oracle], options));
}

const random = uniform(18);
const gaussian = normal(random);
/** Sizes, and what the second sample is made of. */
const numbers = [
  [30, 30, () => gaussian()],
  [50, 41, () => gaussian() + 0.5],
  [200, 90, () => 1.3 * gaussian()],
  // Ties.
  [300, 300, () => Math.round(2 * gaussian())],
  [1_000, 999, () => gaussian() + 0.05],
  [1_500, 700, () => random()],
  // Beyond the exact distribution.
  [10_500, 60, () => gaussian() + 0.3],
  [12_000, 11_000, () => gaussian() + 0.02],
] as const;
const samples = numbers.map(([m, n, next]) => [
  ascending(m, next === numbers[3][2] ? next : () => gaussian()),
  ascending(n, next),
]) as [Float64Array, Float64Array][];
const counts = Array.from({ length: 6 }, (_, at) => [
  Array.from({ length: 3 + 4 * at }, () => 12 + Math.floor(200 * random())),
  Array.from({ length: 3 + 4 * at }, () => 12 + Math.floor(100 * random())),
]) as [number[], number[]][];
const shares = Array.from({ length: 6 }, () => {
  const [m, n] = [500 + Math.floor(5_000 * random()), 500 + Math.floor(5_000 * random())];
  return [
    [Math.floor(m * 0.3 * random()) + 1, Math.floor(n * (0.4 + 0.3 * random()))],
    [m, n],
  ];
}) as [number[], number[]][];
/** Examples that only one of two models got right, and differences of single examples. */
const paired = [
  [0, 4],
  [7, 2],
  [40, 61],
  [900, 1_040],
].map(counts => [counts, Array.from({ length: 200 }, () => 0.1 + gaussian())]) as [number[], number[]][];
const chances = Array.from({ length: 3 }, () => Array.from({ length: 20 }, () => random() ** 3));

it('all agree with scipy and statsmodels on random data', () => {
  const answers = ask([
    ...samples.map(([a, b]) => ['numbers', [...a], [...b]] as const),
    ...counts.map(([a, b]) => ['counts', a, b] as const),
    ...shares.map(([a, b]) => ['shares', a, b] as const),
    ...paired.map(([counts, differences]) => ['paired', counts, differences] as const),
    ...chances.map(each => ['chances', each, []] as const),
  ]);
  const next = answers.values();
  const expected = () => next.next().value!;
  const sumsOf = (values: Float64Array) => {
    const n = values.length;
    return { n, sum: n * mean(values), squares: n * (variance(values) + mean(values) ** 2) };
  };
  for (const [a, b] of samples) {
    const own = {
      ks: kolmogorovSmirnov(a, b).p,
      asymptotic: kolmogorovSmirnov(a, b, 'asymptotic').p,
      wasserstein: wasserstein(a, b),
      energy: energy(a, b),
      anderson: andersonDarling([a, b]).p,
      mannWhitney: mannWhitney(a, b),
      student: studentTest(a, b),
      welch: welchTest(sumsOf(a), sumsOf(b)).p,
      epps: twoSampleTests['epps-singleton'].score(numberSample(a), numberSample(b)),
      cramer: cramerVonMises(a, b),
    };
    const { cramer, epps, ...all } = expected();
    expectNear({ ...own, epps: 0, cramer: 0 }, { ...all, epps: 0, cramer: 0 }, 1e-9);
    // scipy stops this series at a term of 1e-7, and takes no account of ties.
    if (b !== samples[3]![1]) expect(Math.abs(own.cramer - cramer!)).toBeLessThan(1e-7);
    // scipy has the covariance of each sample by itself, which is nearly the same for large ones of one size.
    if (Math.min(a.length, b.length) > 250) expect(Math.abs(own.epps - epps!)).toBeLessThan(0.01);
  }
  for (const [a, b] of counts) {
    const sample = (values: readonly number[]) =>
      readCategories(values.flatMap((count, at) => Array<number>(count).fill(at))).sample;
    const [before, after] = [sample(a), sample(b)];
    const own = {
      chi: twoSampleTests['chi-squared'].score(before, after),
      g: twoSampleTests['likelihood-ratio'].score(before, after),
      js: twoSampleTests['jensen-shannon'].score(before, after),
      kl: twoSampleTests['kullback-leibler'].score(before, after),
    };
    expectNear(own, expected(), 1e-9);
  }
  for (const [[x, y], [m, n]] of shares as [[number, number], [number, number]][]) {
    const [low, high] = wilson(x, m);
    const effect = effectOfShares(x / m, y / n);
    const p = zTest(conversions(m, x), conversions(n, y)).p;
    // statsmodels ends its search for the units earlier.
    const { units, ...all } = expected();
    expectNear({ z: p, low, high, power: power(effect, m) }, all, 1e-9);
    expectNear({ units: unitsFor(effect) }, { units }, 1e-6);
  }
  for (const [[first = 0, second = 0], differences] of paired) {
    const { low, high, ...all } = expected();
    const five = differences.slice(0, 5);
    const [exactLow, exactHigh] = resultOf(everyMeanOf(five), 0.95, 0).interval;
    expectNear({ mcnemar: mcnemar({ first, second }), exactLow, exactHigh }, all, 1e-9);
    const bootstrap = new PairedBootstrap(Float64Array.from(differences));
    bootstrap.draw(20_000);
    const { interval } = bootstrap.result();
    // Both are drawn: ends of 20,000 resamples vary by about 0.002 of their standard deviation of 0.07.
    expectNear({ low: interval[0], high: interval[1] }, { low, high }, 0.008);
  }
  for (const each of chances) {
    const { bonferroni, hochberg } = expected();
    expectNear({ ...corrected(each, 'bonferroni') }, { ...(bonferroni as number[]) }, 1e-12);
    expectNear({ ...corrected(each, 'benjamini-hochberg') }, { ...(hochberg as number[]) }, 1e-12);
  }
});

/** The means of all resamples of five values. */
function everyMeanOf(values: readonly number[]): number[] {
  let sums = [0];
  for (const _ of values) sums = sums.flatMap(sum => values.map(value => sum + value));
  return sums.map(sum => sum / values.length);
}

/** Differences relative to what is above 1. */
function expectNear(own: object, expected: object, most: number): void {
  expect(Object.keys(own)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    const difference =
      Math.abs((own as Record<string, number>)[name]! - value) / Math.max(1, Math.abs(value));
    expect(difference, name).toBeLessThanOrEqual(most);
  }
}
