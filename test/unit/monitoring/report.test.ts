import { addAccuracy, asked, judged } from '@murmuration/monitoring/accuracy/accuracy-sums';
import { driftReport } from '@murmuration/monitoring/report/drift-report';
import type { FeatureInput } from '@murmuration/monitoring/report/feature-input';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from './uniform.ts';

const random = uniform(12);
const gaussian = normal(random);
const numbers = (n: number, shift = 0) => Float64Array.from({ length: n }, () => gaussian() + shift);

function reportOf(
  features: readonly FeatureInput[],
  options: Partial<Parameters<typeof driftReport>[1]> = {},
) {
  return driftReport(features, { at: 1_000, ...options });
}

const moved: FeatureInput = { name: 'moved', reference: numbers(500), current: numbers(400, 1) };
const still: FeatureInput = { name: 'still', reference: numbers(500), current: numbers(400) };

describe('a drift report', () => {
  it('says which features have drifted, by which test, and whether the data as a whole has', () => {
    const report = reportOf([
      moved,
      still,
      {
        ...moved,
        name: 'by words',
        kind: 'categories',
        reference: ['a', 'b', 'a', 'b'],
        current: ['a', 'b', 'b', 'a'],
      },
    ]);
    expect(report.overview).toEqual({
      features: 3,
      compared: 3,
      drifted: 1,
      share: 1 / 3,
      threshold: 0.5,
      isDrifted: false,
    });
    expect(report.features.map(({ name, drift }) => [name, drift?.test, drift?.drifted])).toEqual([
      ['moved', 'kolmogorov-smirnov', true],
      ['still', 'kolmogorov-smirnov', false],
      ['by words', 'z', false],
    ]);
    expect(reportOf([moved, still]).overview.isDrifted).toBe(true);
  });

  it('is plain data', () => {
    const report = reportOf([moved, still], { performance: [{ from: 0, to: 1, sums: asked(3) }] });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    const { distribution } = report.features[0]!;
    if (distribution?.kind !== 'numbers') throw new Error('The distribution is not of numbers.');
    const { edges, reference } = distribution;
    expect(edges).toHaveLength(reference.length + 1);
    expect(reference.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('keeps what is wrong with a feature within it', () => {
    const report = reportOf([
      { name: 'empty', reference: [], current: [] },
      { name: 'all missing', reference: [null, undefined, Number.NaN], current: [1, 2, 3] },
      { name: 'gone', reference: [1, 2, 3], current: [null, null] },
      { name: 'constant', reference: Array(50).fill(7), current: Array(50).fill(7) },
      {
        name: 'constant by Anderson–Darling',
        test: 'anderson-darling',
        reference: Array(50).fill(7),
        current: Array(50).fill(7),
      },
      { name: 'words by numbers', kind: 'categories', test: 'wasserstein', reference: ['a'], current: ['b'] },
      {
        name: 'mixed',
        kind: 'numbers',
        reference: [1, 2, 3, 4],
        current: [1, 'two', Infinity, null, 4] as never,
      },
      { name: 'text', kind: 'text', reference: ['a', 'b'], current: ['c'] },
      { name: 'same t', test: 'student', reference: [1, 1, 1], current: [1, 1, 1] },
      moved,
    ]);
    expect(report.features.map(({ name, reason }) => [name, reason])).toEqual([
      ['empty', 'Both samples are empty.'],
      ['all missing', 'The reference is empty.'],
      ['gone', 'The current sample is empty.'],
      ['constant', undefined],
      ['constant by Anderson–Darling', expect.stringContaining('two distinct')],
      ['words by numbers', expect.stringContaining('compares numbers')],
      ['mixed', undefined],
      ['text', expect.stringContaining('four texts')],
      ['same t', expect.stringContaining('do not vary')],
      ['moved', undefined],
    ]);
    expect(report.features[6]!.quality.current).toEqual({ rows: 5, missing: 1, unreadable: 2, distinct: 2 });
    expect(report.overview).toMatchObject({ features: 10, compared: 3, drifted: 1 });
  });

  it('isolates new categories and values outside of what the reference had', () => {
    const report = reportOf([
      { name: 'c', reference: ['a', 'b', 'a', 'x'], current: ['a', 'n', 'n', 'm'] },
      { name: 'v', reference: [1, 2, 3], current: [0, 2, 9, 10] },
    ]);
    expect(report.features[0]!.quality).toMatchObject({
      added: [
        { category: 'n', count: 2 },
        { category: 'm', count: 1 },
      ],
      addedCount: 3,
      vanished: 2,
    });
    expect(report.features[1]!.quality.outside).toBe(3);
  });

  it('corrects p-values for as many tests as there are, and distances not', () => {
    const chance = reportOf([still]).features[0]!.drift!.score;
    const borderline = { ...still, threshold: (chance + Math.min(1, 2 * chance)) / 2 };
    const by = (correction: 'none' | 'bonferroni' | 'benjamini-hochberg') =>
      reportOf([borderline, { ...still, name: 'w', test: 'wasserstein', threshold: 0 }, moved], {
        correction,
      }).features.map(({ drift }) => drift!);
    const [plain, distance] = by('none');
    const [strict, same, sure] = by('bonferroni');
    expect(plain!.drifted).toBe(true);
    expect(strict!.adjusted).toBeCloseTo(Math.min(1, 2 * plain!.score), 12);
    expect(strict!.drifted).toBe(false);
    expect(same).toEqual(distance);
    expect(sure!.drifted).toBe(true);
  });

  it('says since when a feature has drifted without a break', () => {
    const calm = reportOf([still, { ...moved, reference: moved.current }], { at: 1 });
    const first = reportOf([still, moved], { at: 2, before: [calm] });
    const second = reportOf([still, moved], { at: 3, before: [calm, first] });
    expect(calm.features[1]!.drift!.since).toBeUndefined();
    expect(first.features[1]!.drift!.since).toBe(2);
    expect(second.features[1]!.drift!.since).toBe(2);
    const after = reportOf([moved], { at: 9, before: [first, calm, second] });
    expect(after.features[0]!.drift!.since).toBe(3);
  });

  it('compares texts by a classifier, their length and their unknown words', () => {
    const pool = ['river', 'stone', 'cloud', 'apple', 'window', 'green'];
    const write = (n: number, words: readonly string[], length: number) =>
      Array.from({ length: n }, () =>
        Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(' '),
      );
    const reference = write(200, pool, 6);
    const [same, other] = reportOf([
      { name: 'same', kind: 'text', reference, current: write(200, pool, 6) },
      { name: 'other', kind: 'text', reference, current: write(200, [...pool, 'rss', 'feed', 'news'], 9) },
    ]).features;
    expect(same!.drift!.drifted).toBe(false);
    expect(other!.drift).toMatchObject({ test: 'domain-classifier', drifted: true });
    expect(other!.text!.length.drifted).toBe(true);
    expect(other!.text!.unknownWords).toMatchObject({ drifted: true, reference: 0 });
    expect(other!.text!.unknownWords.current).toBeGreaterThan(0.2);
  });

  it('reads a column when its turn comes', () => {
    const reads: string[] = [];
    const lazy = (name: string): FeatureInput => ({
      name,
      reference: () => {
        reads.push(`${name} reference`);
        return numbers(50);
      },
      current: () => numbers(50),
    });
    expect(reportOf([lazy('a'), lazy('b')]).overview.compared).toBe(2);
    expect(reads).toEqual(['a reference', 'b reference']);
  });

  it('shows what came of predictions, window by window', () => {
    const sums = addAccuracy(asked(4), judged({ kind: 'class', guesses: ['a'], outcome: 'a' }));
    const { performance } = reportOf([], { performance: [{ from: 0, to: 5, version: '3', sums }] });
    expect(performance).toMatchObject([
      { from: 0, to: 5, version: '3', accuracy: { known: 0.25, accuracy: { value: 1 } } },
    ]);
  });
});
