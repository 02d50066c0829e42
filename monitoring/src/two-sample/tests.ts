import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { sharesByDistinct, sharesOf } from '../samples/bins.ts';
import { asCategories, type Sample } from '../samples/sample.ts';
import { andersonDarling } from './anderson-darling.ts';
import * as distances from './distances.ts';
import { eppsSingleton } from './epps-singleton.ts';
import { chiSquared, likelihoodRatio, proportions } from './frequencies.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { cramerVonMises, mannWhitney } from './ranks.ts';
import { studentTest } from './student.ts';
import { byChance, byDistance, type TwoSample } from './two-sample.ts';

type OfNumbers = (reference: Float64Array, current: Float64Array) => number;

/** Adapts a test of ascending lists of numbers. */
function ofNumbers(score: OfNumbers): (reference: Sample, current: Sample) => number {
  return (reference, current) => {
    if (reference.kind !== 'numbers' || current.kind !== 'numbers')
      throw new MurmurationError('data.malformed', 'The test compares numbers, not categories.');
    return score(reference.sorted, current.sorted);
  };
}

function ofShares(score: OfNumbers, filled = false): (reference: Sample, current: Sample) => number {
  return (reference, current) => {
    const shares = sharesOf(reference, current, filled);
    return score(shares.reference, shares.current);
  };
}

function ofCategories(score: typeof chiSquared): (reference: Sample, current: Sample) => number {
  return (reference, current) => score(asCategories(reference), asCategories(current));
}

/** All tests, by name, with the thresholds of Evidently 0.7. */
export const twoSampleTests = {
  'kolmogorov-smirnov': byChance(
    {
      name: 'kolmogorov-smirnov',
      title: 'Kolmogorov–Smirnov, p',
      takes: 'numbers',
      threshold: 0.05,
      inclusive: true,
    },
    ofNumbers((reference, current) => kolmogorovSmirnov(reference, current).p),
  ),
  'chi-squared': byChance(
    { name: 'chi-squared', title: 'χ², p', takes: 'either', threshold: 0.05 },
    ofCategories(chiSquared),
  ),
  z: byChance(
    { name: 'z', title: 'z of proportions, p', takes: 'either', threshold: 0.05 },
    ofCategories(proportions),
  ),
  wasserstein: byDistance(
    { name: 'wasserstein', title: 'Wasserstein distance, normed', takes: 'numbers', threshold: 0.1 },
    ofNumbers(distances.wasserstein),
  ),
  'jensen-shannon': byDistance(
    { name: 'jensen-shannon', title: 'Jensen–Shannon distance', takes: 'either', threshold: 0.1 },
    ofShares(distances.jensenShannon),
  ),
  psi: byDistance(
    { name: 'psi', title: 'Population stability index', takes: 'either', threshold: 0.1 },
    ofShares(distances.stability, true),
  ),
  hellinger: byDistance(
    { name: 'hellinger', title: 'Hellinger distance', takes: 'either', threshold: 0.1 },
    (reference, current) => {
      const shares = sharesByDistinct(reference, current);
      return distances.hellinger(shares.reference, shares.current);
    },
  ),
  'kullback-leibler': byDistance(
    { name: 'kullback-leibler', title: 'Kullback–Leibler divergence', takes: 'either', threshold: 0.1 },
    ofShares(distances.kullbackLeibler, true),
  ),
  'total-variation': byDistance(
    { name: 'total-variation', title: 'Total variation distance', takes: 'either', threshold: 0.1 },
    ofShares(distances.totalVariation),
  ),
  'anderson-darling': byChance(
    { name: 'anderson-darling', title: 'Anderson–Darling, p', takes: 'numbers', threshold: 0.1 },
    ofNumbers((reference, current) => andersonDarling([reference, current]).p),
  ),
  'mann-whitney': byChance(
    { name: 'mann-whitney', title: 'Mann–Whitney, p', takes: 'numbers', threshold: 0.05 },
    ofNumbers((reference, current) => mannWhitney(reference, current)),
  ),
  'cramer-von-mises': byChance(
    { name: 'cramer-von-mises', title: 'Cramér–von Mises, p', takes: 'numbers', threshold: 0.1 },
    ofNumbers(cramerVonMises),
  ),
  student: byChance(
    { name: 'student', title: 'Student’s t, p', takes: 'numbers', threshold: 0.05 },
    ofNumbers(studentTest),
  ),
  'epps-singleton': byChance(
    { name: 'epps-singleton', title: 'Epps–Singleton, p', takes: 'numbers', threshold: 0.05 },
    ofNumbers(eppsSingleton),
  ),
  energy: byDistance(
    { name: 'energy', title: 'Energy distance', takes: 'numbers', threshold: 0.1 },
    ofNumbers(distances.energy),
  ),
  'likelihood-ratio': byChance(
    { name: 'likelihood-ratio', title: 'Likelihood ratio (G), p', takes: 'either', threshold: 0.1 },
    ofCategories(likelihoodRatio),
  ),
} as const satisfies Record<string, TwoSample>;

export type TestName = keyof typeof twoSampleTests;
