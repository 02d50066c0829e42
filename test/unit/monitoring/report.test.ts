import { accuracyOf } from '@murmuration/monitoring/accuracy/accuracy';
import { addAccuracy, asked, judged } from '@murmuration/monitoring/accuracy/accuracy-sums';
import { type Distribution, distributionOf } from '@murmuration/monitoring/report/distribution';
import { driftReport } from '@murmuration/monitoring/report/drift-report';
import { type FeatureInput, type FeatureKind, kindOf } from '@murmuration/monitoring/report/feature-input';
import { reportFeature } from '@murmuration/monitoring/report/feature-report';
import { qualityOf } from '@murmuration/monitoring/report/quality';
import { textDrift } from '@murmuration/monitoring/report/text-drift';
import {
  type Column,
  categorySample,
  readCategories,
  readNumbers,
} from '@murmuration/monitoring/samples/sample';
import { chanceArea } from '@murmuration/monitoring/text/auc';
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

describe('the options of a report', () => {
  it('have defaults, and come back with the report', () => {
    const report = reportOf([]);
    expect(report).toMatchObject({
      title: 'Drift',
      at: 1_000,
      correction: 'none',
      expected: [],
      performance: [],
    });
    expect(report.overview).toEqual({
      features: 0,
      compared: 0,
      drifted: 0,
      share: 0,
      threshold: 0.5,
      isDrifted: false,
    });
    expect(reportOf([], { share: 0 }).overview.isDrifted).toBe(false);
    expect(reportOf([still], { share: 0 }).overview.isDrifted).toBe(true);
    expect(reportOf([moved, still], { share: 0.51 }).overview).toMatchObject({
      threshold: 0.51,
      isDrifted: false,
    });
    expect(reportOf([], { title: 'One', correction: 'bonferroni' })).toMatchObject({
      title: 'One',
      correction: 'bonferroni',
    });
  });

  it('leave out of the count what is expected to drift, and name it if it has', () => {
    const report = reportOf([moved, still, { ...moved, name: 'too' }], {
      expected: ['moved', 'still', 'gone'],
    });
    expect(report.expected).toEqual(['moved']);
    expect(report.overview).toMatchObject({ compared: 3, drifted: 1, share: 1 / 3 });
    expect(report.features[0]!.drift).toMatchObject({ drifted: true, since: 1_000 });
  });

  it('take the time of the first report from what it says itself', () => {
    const first = reportOf([moved], { at: 1 });
    const second = reportOf([moved], { at: 2, before: [first] });
    const since = (before: readonly (typeof first)[]) =>
      reportOf([moved], { at: 3, before }).features[0]!.drift!.since;
    expect(since([second])).toBe(1);
    expect(since([reportOf([], { at: 1 }), second])).toBe(2);
    expect(since([reportOf([still], { at: 1 })])).toBe(3);
    expect(since([])).toBe(3);
  });

  it('keep the version of a window, if it has one', () => {
    const performance = [{ from: 3, to: 7, sums: asked(2) }];
    expect(reportOf([], { performance }).performance).toEqual([
      { from: 3, to: 7, version: undefined, accuracy: accuracyOf(asked(2)) },
    ]);
  });
});

describe('the report of a feature', () => {
  const of = (feature: Partial<FeatureInput>) =>
    reportFeature({ name: 'f', reference: [], current: [], ...feature });

  it.each([
    [[1, 2, 3], 'numbers'],
    [Float32Array.of(1), 'numbers'],
    [[1, 'a', 2], 'numbers'],
    [[1, 'a'], 'categories'],
    [[1, true], 'categories'],
    [[1, null, undefined, Number.NaN], 'numbers'],
    [[Number.NaN, Number.NaN, 'a'], 'categories'],
    [[null], 'categories'],
    [[...Array(499).fill('a'), ...Array(502).fill(1)], 'numbers'],
    [[...Array(500).fill('a'), ...Array(501).fill(1)], 'categories'],
  ] as [Column, FeatureKind][])('takes column %# for %s', (column, kind) => {
    expect(kindOf(column)).toBe(kind);
    expect(of({ reference: column, current: ['a', 'b'] }).kind).toBe(kind);
    expect(of({ current: column }).kind).toBe(kind);
    expect(of({ reference: column, kind: 'categories' }).kind).toBe('categories');
  });

  it('has all that its test says', () => {
    const input = { reference: [1, 2, 3, 4], current: [1, 2, 3, 9] };
    expect(of({ ...input, test: 'wasserstein' })).toMatchObject({
      name: 'f',
      role: 'feature',
      reason: undefined,
      text: undefined,
      drift: {
        test: 'wasserstein',
        title: 'Wasserstein distance, normed',
        measures: 'distance',
        // 5 / 4 in deviations of √1.25.
        score: 1.25 / Math.sqrt(1.25),
        adjusted: 1.25 / Math.sqrt(1.25),
        threshold: 0.1,
        drifted: true,
        since: undefined,
      },
    });
    const lenient = of({ ...input, role: 'target', test: 'wasserstein', threshold: 1.2 });
    expect(lenient).toMatchObject({ role: 'target', drift: { threshold: 1.2, drifted: false } });
  });

  it('says why there is none', () => {
    const reasons = [
      of({ reference: ['a'], current: ['b'], test: 'wasserstein' }),
      of({ reference: [1, 1, 1], current: [1, 1, 1], test: 'student' }),
    ].map(({ drift, reason }) => [drift, reason]);
    expect(reasons).toEqual([
      [undefined, 'Wasserstein distance, normed compares numbers, and this is none.'],
      [undefined, 'Student’s t, p has no answer for values that do not vary.'],
    ]);
    const { distribution } = of({ reference: ['a'], current: [] });
    expect(distribution).toMatchObject({ labels: ['a'], reference: [1], current: [0] });
    expect(of({}).distribution).toBeUndefined();
  });

  it('does not keep an error that the data has not made', () => {
    expect(() => of({ reference: [1], current: [1], test: 'unknown' as never })).toThrow(TypeError);
  });

  it('of texts counts what are none, and draws their lengths', () => {
    const texts = Array<string>(5).fill('one two');
    const strange = [...texts, 'six', null, 7, undefined, Number.NaN, true];
    const report = of({ kind: 'text', reference: strange, current: texts, threshold: 0.9 });
    const { area } = report.text!;
    expect(report).toMatchObject({
      name: 'f',
      kind: 'text',
      reason: undefined,
      quality: {
        reference: { rows: 11, missing: 2, unreadable: 3, distinct: 2 },
        current: { rows: 5, missing: 0, unreadable: 0, distinct: 1 },
        outside: 0,
      },
      distribution: { kind: 'numbers' },
      drift: {
        test: 'domain-classifier',
        title: 'Domain classifier, area under ROC',
        measures: 'distance',
        score: area,
        adjusted: area,
        threshold: 0.9,
        drifted: false,
        since: undefined,
      },
    });
    const { edges } = report.distribution as Extract<Distribution, { kind: 'numbers' }>;
    expect([edges[0], edges.at(-1)]).toEqual([3, 7]);
    // It takes more than the threshold.
    const by = (threshold: number) =>
      of({ kind: 'text', reference: strange, current: texts, threshold }).drift!.drifted;
    expect([by(area), by(area - 1e-9)]).toEqual([false, true]);
    expect(of({ kind: 'text', reference: strange, current: texts }).drift!.threshold).toBe(
      report.text!.threshold,
    );
    const few = of({ kind: 'text', reference: ['a'], current: ['b'] });
    expect([few.drift, few.text]).toEqual([undefined, undefined]);
  });
});

describe('the drift of texts', () => {
  it('is known by chance up to 1,000 reference texts, and from an area of 0.55 on beyond', () => {
    const few = ['a b', 'c d', 'e f', 'g h'];
    const texts = (n: number) => Array.from({ length: n }, (_, at) => few[at % 4]!);
    expect(textDrift(texts(1_000), few).threshold).toBe(chanceArea(2, 500));
    const { threshold, drifted } = textDrift(texts(1_001), few);
    expect([threshold, drifted]).toEqual([0.55, false]);
    const other = textDrift(few, Array(4).fill('x'));
    expect([other.area, other.threshold, other.drifted]).toEqual([1, chanceArea(2, 2), false]);
    expect(textDrift(texts(40), Array(40).fill('x'))).toMatchObject({ area: 1, drifted: true });
  });

  it('has the medians of lengths and of shares of words that occur less than twice before', () => {
    const before = ['a b c d', 'a b', 'a b', 'a b c'];
    const now = ['a', 'a x', 'a x y', 'x y z b', 'b'];
    expect(textDrift(before, now)).toMatchObject({
      length: { test: 'chi-squared', reference: 4, current: 3, drifted: false },
      unknownWords: { test: 'chi-squared', reference: 0, current: 0.5, drifted: false },
    });
    const long = Array<string>(30).fill('a b c d e f g h');
    const { length, unknownWords } = textDrift(Array(30).fill('a b'), long);
    expect(length).toMatchObject({ reference: 3, current: 15, drifted: true });
    expect(unknownWords).toMatchObject({ reference: 0, current: 0.75, drifted: true });
    // χ² of 60 with one degree of freedom, by scipy 1.15.3.
    expect(unknownWords).toMatchObject({ test: 'z', score: expect.closeTo(9.485_737_571_073_857e-15, 26) });
  });
});

describe('the distribution of two samples', () => {
  const categoriesOf = (counts: readonly number[]) =>
    categorySample(counts.map((count, at) => [String.fromCharCode(97 + at), count] as const));

  it('of numbers is in bins of equal width over both', () => {
    const before = readNumbers([1, 2, 3, 4]).sample;
    const expected = { kind: 'numbers', edges: [1, 3, 5, 7, 9], reference: [0.5, 0.5, 0, 0] };
    expect(distributionOf(before, readNumbers([2, 2, 5, 9]).sample)).toEqual({
      ...expected,
      current: [0.5, 0, 0.25, 0.25],
    });
    expect(distributionOf(readNumbers([]).sample, readNumbers([1]).sample)).toMatchObject({
      reference: [0],
      current: [1],
    });
    expect(distributionOf(readNumbers([2, 1, 2]).sample, categoriesOf([1]))).toEqual({
      kind: 'categories',
      labels: ['2', '1', 'a'].toSorted((a, b) => (a === 'a' ? -1 : b === 'a' ? 1 : 0)),
      reference: [0, 2 / 3, 1 / 3],
      current: [1, 0, 0],
      others: { reference: 0, current: 0 },
    });
  });

  it('of categories shows the twelve most frequent ones of both', () => {
    const before = [1, 4, 2, 6, 3, 9, 5, 20, 0, 30, 15, 35, 20, 50];
    const now = [2, 2, 6, 4, 9, 5, 11, 0, 24, 3, 23, 5, 31, 75];
    const found = distributionOf(categoriesOf(before), categoriesOf(now));
    const shares = (counts: readonly number[]) =>
      counts
        .slice(2)
        .toReversed()
        .map(count => count / 200);
    expect(found).toMatchObject({
      kind: 'categories',
      labels: [...'cdefghijklmn'].toReversed(),
      reference: shares(before),
      current: shares(now),
    });
    const { others } = found as Extract<Distribution, { kind: 'categories' }>;
    expect(others.reference).toBeCloseTo(5 / 200, 12);
    expect(others.current).toBeCloseTo(4 / 200, 12);
  });
});

describe('the quality of two samples', () => {
  const sides = { rows: 1, missing: 2, unreadable: 3, distinct: 4 };
  const both = { reference: sides, current: { ...sides, rows: 9 } };
  const none = { ...both, added: [], addedCount: 0, vanished: 0, outside: 0 };
  const numbersOf = (...values: number[]) => readNumbers(values).sample;
  const wordsOf = (...values: string[]) => readCategories(values).sample;

  it.each([
    [numbersOf(1, 2, 5), numbersOf(0.9, 1, 5, 5.1, 7), { outside: 3 }],
    [numbersOf(), numbersOf(1), {}],
    [numbersOf(1), numbersOf(), {}],
    [wordsOf('a'), numbersOf(1), {}],
    [numbersOf(1), wordsOf('a'), {}],
    [wordsOf('a', 'b', 'c'), wordsOf('c'), { vanished: 2 }],
    [wordsOf('a'), wordsOf('a', 'x'), { added: [{ category: 'x', count: 1 }], addedCount: 1 }],
  ] as const)('case %#', (reference, current, expected) => {
    expect(qualityOf(reference, current, both)).toEqual({ ...none, ...expected });
  });

  it('names twenty new categories, the most frequent first, and counts all', () => {
    const added = Array.from({ length: 21 }, (_, at) => [`n${at}`, at + 1] as const);
    const quality = qualityOf(wordsOf('a'), categorySample([['a', 9], ...added]), both);
    expect(quality.added).toEqual(
      added
        .slice(1)
        .toReversed()
        .map(([category, count]) => ({ category, count })),
    );
    expect(quality.addedCount).toBe((21 * 22) / 2);
  });
});
