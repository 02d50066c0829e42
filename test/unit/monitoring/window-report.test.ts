import type { Distribution } from '@murmuration/monitoring/report/distribution';
import { type CountedFeature, windowReport } from '@murmuration/monitoring/report/window-report';
import type { Bins } from '@murmuration/monitoring/windows/bins';
import { compareWindows } from '@murmuration/monitoring/windows/compare';
import { describe, expect, it } from 'vitest';

const windowOf = (counts: readonly number[], missing = 0, unreadable = 0) => ({
  counts,
  missing,
  unreadable,
});
const age: CountedFeature = {
  name: 'age',
  role: 'prediction',
  bins: { kind: 'numbers', edges: [1, 2.000_04, 12_345.6] },
  reference: windowOf([10, 20, 10, 0], 1, 2),
  current: windowOf([0, 0, 30, 10], 3, 4),
};
const reportOf = (feature: CountedFeature) => windowReport([feature], { at: 5 }).features[0]!;

/** A feature of categories, with counts before and now of each, and of all others last. */
function wordsOf(categories: readonly string[], before: readonly number[], now: readonly number[]) {
  const bins: Bins = { kind: 'categories', categories };
  return reportOf({
    name: 'word',
    role: 'feature',
    bins,
    reference: windowOf(before),
    current: windowOf(now),
  });
}

describe('a report of counts', () => {
  it('compares windows by the test that is named, else by Jensen and Shannon’s distance', () => {
    const { name, role, kind, drift, reason, text } = reportOf(age);
    expect([name, role, kind, reason, text]).toEqual(['age', 'prediction', 'numbers', undefined, undefined]);
    const found = compareWindows(age.reference, age.current)!;
    expect(drift).toEqual({
      ...found,
      test: 'jensen-shannon',
      title: 'Jensen–Shannon distance',
      measures: 'distance',
      adjusted: found.score,
      drifted: true,
      since: 5,
    });
    expect(reportOf({ ...age, test: 'chi-squared', threshold: 1e-9 }).drift).toMatchObject({
      test: 'chi-squared',
      title: 'χ², p',
      measures: 'p-value',
      threshold: 1e-9,
    });
    expect(reportOf({ ...age, current: age.reference }).drift).toMatchObject({
      score: 0,
      drifted: false,
      since: undefined,
    });
  });

  it('says which side holds no value', () => {
    const none = windowOf([0, 0, 0, 0]);
    const sides = [{ reference: none }, { current: none }, { reference: none, current: none }];
    expect(
      sides.map(side => [reportOf({ ...age, ...side }).drift, reportOf({ ...age, ...side }).reason]),
    ).toEqual(
      ['reference', 'window', 'reference'].map(side => [undefined, `The ${side} holds no value of it.`]),
    );
    const { distribution } = reportOf({ ...age, current: none });
    expect(distribution).toMatchObject({ reference: [0.25, 0.5, 0.25, 0], current: [0, 0, 0, 0] });
  });

  it('names the ranges of numbers, with four digits', () => {
    const { distribution, quality } = reportOf(age);
    expect(distribution).toEqual({
      kind: 'categories',
      labels: ['below 1', '1 to 2', '2 to 12350', '12350 and more'],
      reference: [0.25, 0.5, 0.25, 0],
      current: [0, 0, 0.75, 0.25],
      others: { reference: 0, current: 0 },
    });
    expect(quality).toEqual({
      reference: { rows: 43, missing: 1, unreadable: 2, distinct: 3 },
      current: { rows: 47, missing: 3, unreadable: 4, distinct: 2 },
      added: [],
      addedCount: 0,
      vanished: 0,
      outside: 0,
    });
    const bins = { kind: 'numbers', edges: [] } as const;
    const one = reportOf({ ...age, bins, reference: windowOf([3]), current: windowOf([4]) });
    expect(one.distribution).toMatchObject({ labels: ['any'], reference: [1], current: [1] });
  });

  it('counts new values where the reference had none beyond its categories, and categories that are gone', () => {
    const qualityOf = (before: readonly number[], now: readonly number[]) =>
      wordsOf(['a', 'b', 'c'], before, now).quality;
    expect(qualityOf([5, 5, 0, 0], [0, 6, 0, 4])).toMatchObject({ addedCount: 4, vanished: 1 });
    expect(qualityOf([5, 5, 0, 1], [1, 6, 0, 4])).toMatchObject({ addedCount: 0, vanished: 0 });
    expect(qualityOf([5, 5, 1, 0], [1, 0, 0, 0])).toMatchObject({ addedCount: 0, vanished: 2 });
  });

  it('shows the twelve most frequent categories of both sides, and all others together', () => {
    const letters = [...'abcdefghijklmn'];
    // Of 200 each; the sums of both fall from n to a.
    const before = [1, 4, 2, 6, 3, 9, 5, 20, 0, 30, 15, 35, 20, 40];
    const now = [2, 2, 6, 4, 9, 5, 11, 0, 24, 3, 23, 5, 31, 25];
    const { distribution } = wordsOf(letters, [...before, 10], [...now, 50]);
    const shown = letters.slice(2).toReversed();
    const shares = (counts: readonly number[]) =>
      counts
        .slice(2)
        .toReversed()
        .map(count => count / 200);
    expect(distribution).toMatchObject({
      kind: 'categories',
      labels: shown,
      reference: shares(before),
      current: shares(now),
    });
    const { others } = distribution as Extract<Distribution, { kind: 'categories' }>;
    expect(others.reference).toBeCloseTo((1 + 4 + 10) / 200, 12);
    expect(others.current).toBeCloseTo((2 + 2 + 50) / 200, 12);
  });
});
