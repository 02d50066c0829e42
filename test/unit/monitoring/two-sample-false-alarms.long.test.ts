import { driftReport } from '@murmuration/monitoring/report/drift-report';
import type { Cell } from '@murmuration/monitoring/samples/sample';
import { type TestName, twoSampleTests } from '@murmuration/monitoring/two-sample/tests';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from './uniform.ts';

const draws = 2_000;

type Next = () => Cell;
/** A kind of values, of the numbers that follow from a seed. */
type Kind = (random: () => number) => Next;
type Sizes = readonly [reference: number, current: number];

/** Classes of which the k-th is as frequent as `weight` of it says. */
function classes(kinds: number, weight: (kind: number) => number): Kind {
  const upTo: number[] = [];
  let sum = 0;
  for (let kind = 1; kind <= kinds; kind++) {
    sum += weight(kind);
    upTo.push(sum);
  }
  return random => () => {
    const at = random() * sum;
    return `class ${upTo.findIndex(limit => at < limit)}`;
  };
}

/** The share of pairs of samples of one distribution that a report calls drifted. */
function falseAlarms(kind: Kind, [m, n]: Sizes, test?: TestName): number {
  const next = kind(uniform(1_000 * m + n));
  const features = Array.from({ length: draws }, (_, draw) => ({
    name: String(draw),
    reference: Array.from({ length: m }, next),
    current: Array.from({ length: n }, next),
    ...(test && { test }),
  }));
  const found = driftReport(features, { at: 0 }).features;
  return found.filter(({ drift }) => drift?.drifted).length / draws;
}

const most = (test: TestName) => 1.3 * twoSampleTests[test].threshold;

const categories: Readonly<Record<string, Kind>> = {
  'two classes': classes(2, () => 1),
  'two classes, one of them rare': classes(2, kind => (kind === 1 ? 0.99 : 0.01)),
  'three classes': classes(3, () => 1),
  'classes of which each is half as frequent': classes(10, kind => 0.5 ** kind),
  'five numbers': random => () => Math.floor(5 * random()),
  'many classes, as words are': classes(100, kind => 1 / kind),
};

describe.each<Sizes>([
  [6, 6],
  [30, 30],
  [200, 200],
  [100, 20],
  [900, 30],
])('of %i and %i values alike, by default', (...sizes) => {
  it.each(Object.entries(categories))('a report finds no more than it names: %s', (_, kind) => {
    expect(falseAlarms(kind, sizes)).toBeLessThanOrEqual(most('chi-squared'));
  });
});

it.each<Sizes>([
  [30, 30],
  [200, 200],
  [900, 30],
])('G finds no more than it names of %i and %i values alike', (...sizes) => {
  for (const kind of Object.values(categories))
    expect(falseAlarms(kind, sizes, 'likelihood-ratio')).toBeLessThanOrEqual(most('likelihood-ratio'));
});

const numbers: Readonly<Record<string, Kind>> = {
  normal: random => normal(random),
  'log-normal': random => logNormal(normal(random)),
  'six whole numbers': random => () => Math.floor(6 * random()),
  'twenty whole numbers': random => () => Math.floor(20 * random()),
  'mostly 0': random => () => Math.floor(4 * random() ** 8),
  'nearly always 0': random => () => Number(random() < 0.05),
};

function logNormal(gaussian: () => number): Next {
  return () => Math.exp(1.5 * gaussian());
}

const testsOfNumbers = ['cramer-von-mises', 'epps-singleton', 'kolmogorov-smirnov', 'mann-whitney'] as const;

describe.each(testsOfNumbers)('%s', test => {
  it.each<Sizes>([
    [10, 10],
    [30, 30],
    [60, 40],
    [100, 10],
    [25, 200],
  ])('finds no more than it names of %i and %i values alike', (...sizes) => {
    for (const kind of Object.values(numbers))
      expect(falseAlarms(kind, sizes, test)).toBeLessThanOrEqual(most(test));
  });
});

it.each<readonly [TestName, readonly string[]]>([
  ['cramer-von-mises', ['normal', 'six whole numbers', 'nearly always 0']],
  ['epps-singleton', ['normal', 'six whole numbers']],
])('%s finds no less than it names either', (test, kinds) => {
  for (const [m, n] of [
    [60, 40],
    [25, 200],
    [200, 150],
  ] as const)
    for (const kind of kinds.filter(kind => m > 100 || kind !== 'nearly always 0'))
      expect(falseAlarms(numbers[kind]!, [m, n], test)).toBeGreaterThan(0.7 * twoSampleTests[test].threshold);
});

it.each<readonly [TestName, Kind, Kind]>([
  ['chi-squared', classes(10, () => 1), classes(8, () => 1)],
  ['chi-squared', classes(3, kind => 10 ** -kind), classes(3, kind => 2 ** -kind)],
  ['likelihood-ratio', classes(10, () => 1), classes(8, () => 1)],
  ['z', classes(2, kind => 10 ** -kind), classes(2, () => 1)],
  ['cramer-von-mises', numbers.normal!, random => () => 1 + normal(random)()],
  ['cramer-von-mises', numbers['six whole numbers']!, random => () => Math.floor(4 * random())],
  ['epps-singleton', numbers.normal!, random => () => 2 * normal(random)()],
])('%s finds what has changed', (test, before, after) => {
  for (const [m, n] of [
    [200, 200],
    [900, 100],
  ] as const) {
    const feature = {
      name: 'it',
      test,
      reference: Array.from({ length: m }, before(uniform(m))),
      current: Array.from({ length: n }, after(uniform(n + 1))),
    };
    expect(driftReport([feature], { at: 0 }).overview.isDrifted).toBe(true);
  }
});
