import { numberSample, readCategories, readNumbers } from '@murmuration/monitoring/samples/sample';
import { type Bins, categoryBins, fixedBins, quantileBins } from '@murmuration/monitoring/windows/bins';
import { distanceByChance, type WindowDistance } from '@murmuration/monitoring/windows/chance';
import { compareWindows, windowTests } from '@murmuration/monitoring/windows/compare';
import { addWindows, emptyWindow, WindowCounter } from '@murmuration/monitoring/windows/feature-window';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascending, normal, uniform } from './uniform.ts';

function count(bins: Bins, values: readonly unknown[]) {
  const counter = new WindowCounter(bins);
  for (const value of values) counter.add(value as number);
  return counter.take();
}

const anyCell = fc.oneof(fc.double(), fc.constantFrom(null, undefined, 'a', 'b', 'z', true));
const bins = fc.constantFrom<Bins>(fixedBins(-1, 1, 7), { kind: 'categories', categories: ['a', 'b', true] });

describe('windows', () => {
  it('add up to what one place would have counted, in any order and in any groups', () => {
    fc.assert(
      fc.property(bins, fc.array(anyCell), fc.array(anyCell), fc.array(anyCell), (given, a, b, c) => {
        const [first, second, third] = [count(given, a), count(given, b), count(given, c)];
        const whole = count(given, [...a, ...b, ...c]);
        expect(addWindows(addWindows(first, second), third)).toEqual(whole);
        expect(addWindows(first, addWindows(third, second))).toEqual(whole);
        expect(addWindows(first, emptyWindow(given))).toEqual(first);
      }),
    );
  });

  it('count each value once: in a bin, as missing or as unreadable', () => {
    fc.assert(
      fc.property(bins, fc.array(anyCell), (given, values) => {
        const { counts, missing, unreadable } = count(given, values);
        expect(counts.reduce((sum, each) => sum + each, 0) + missing + unreadable).toBe(values.length);
      }),
    );
  });

  it('have bins of their own for what is below and above the edges', () => {
    const window = count(fixedBins(0, 2, 2), [-5, 0, 0.5, 1, 1.99, 2, 7, Infinity, 'x', Number.NaN]);
    expect(window).toEqual({ counts: [1, 2, 2, 2], missing: 1, unreadable: 2 });
    expect(count({ kind: 'categories', categories: ['a'] }, ['a', 'b', 'c', null])).toEqual({
      counts: [1, 2],
      missing: 1,
      unreadable: 0,
    });
  });

  it('are empty once they are taken', () => {
    const counter = new WindowCounter(fixedBins(0, 1, 2));
    counter.add(0.2);
    counter.take();
    expect(counter.take()).toEqual(emptyWindow(fixedBins(0, 1, 2)));
  });

  it('of other bins are refused', () => {
    expect(() => addWindows(emptyWindow(fixedBins(0, 1, 2)), emptyWindow(fixedBins(0, 1, 3)))).toThrow(
      expect.objectContaining({
        code: 'data.malformed',
        detail: 'Windows that were counted with different bins cannot be added.',
      }),
    );
  });

  it('are as long as their bins, with one more for all else', () => {
    expect(emptyWindow(fixedBins(0, 1, 2))).toEqual({ counts: [0, 0, 0, 0], missing: 0, unreadable: 0 });
    expect(emptyWindow({ kind: 'categories', categories: ['a', 1] }).counts).toEqual([0, 0, 0]);
  });

  it('of numbers find other values unreadable, and of categories count them together', () => {
    const cells = [1, '1', true, null, Infinity];
    expect(count({ kind: 'numbers', edges: [] }, cells)).toEqual({ counts: [1], missing: 1, unreadable: 3 });
    expect(count({ kind: 'categories', categories: [1, true] }, cells)).toEqual({
      counts: [1, 1, 2],
      missing: 1,
      unreadable: 0,
    });
  });
});

describe('bins of a reference', () => {
  it('hold about equally many of its values', () => {
    const sample = numberSample(ascending(2_000, normal(uniform(4))));
    const { counts } = count(quantileBins(sample, 10), [...sample.sorted]);
    expect(counts).toHaveLength(10);
    for (const each of counts) expect(Math.abs(each - 200)).toBeLessThan(5);
  });

  it('of equal width go from the lower value to the higher', () => {
    expect(fixedBins(1, 4, 3)).toEqual({ kind: 'numbers', edges: [1, 2, 3, 4] });
    expect(fixedBins(-1, 1, 1)).toEqual({ kind: 'numbers', edges: [-1, 1] });
  });

  it.each([
    [1, 1, 3],
    [2, 1, 3],
    [0, Infinity, 3],
    [Number.NaN, 1, 3],
    [0, 1, 0],
    [0, 1, 1.5],
  ])('are refused from %d to %d, %d of them', (low, high, bins) => {
    expect(() => fixedBins(low, high, bins)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        detail: 'Bins are between two values, the lower first; there is one at least.',
      }),
    );
  });

  it('are twenty quantiles, or a hundred categories', () => {
    const sample = readNumbers(Array.from({ length: 101 }, (_, at) => at)).sample;
    expect(quantileBins(sample)).toEqual({
      kind: 'numbers',
      edges: Array.from({ length: 19 }, (_, at) => expect.closeTo(5 * (at + 1), 9)),
    });
    expect(quantileBins(sample, 4)).toEqual({ kind: 'numbers', edges: [25, 50, 75] });
    const many = readCategories(Array.from({ length: 101 }, (_, at) => at)).sample;
    expect(categoryBins(many)).toEqual({
      kind: 'categories',
      categories: Array.from({ length: 100 }, (_, at) => at),
    });
  });

  it('are fewer where the reference has few distinct values', () => {
    expect(quantileBins(readNumbers([1, 1, 1]).sample, 10)).toEqual({ kind: 'numbers', edges: [1] });
  });

  it('are the most frequent categories', () => {
    const { sample } = readCategories(['a', 'b', 'b', 'c', 'c', 'c']);
    expect(categoryBins(sample, 2)).toEqual({ kind: 'categories', categories: ['c', 'b'] });
  });
});

describe('the comparison of windows', () => {
  const gaussian = normal(uniform(6));
  const draw = (n: number, shift: number) => Array.from({ length: n }, () => gaussian() + shift);
  const reference = draw(3_000, 0);
  const given = quantileBins(readNumbers(reference).sample, 20);

  it.each(windowTests)('%s finds what has moved and leaves what has not', test => {
    const before = count(given, reference);
    expect(compareWindows(before, count(given, draw(3_000, 1)), test)?.drifted).toBe(true);
    expect(compareWindows(before, before, test)?.drifted).toBe(false);
  });

  it.each<WindowDistance>(['jensen-shannon', 'psi', 'hellinger', 'kullback-leibler', 'total-variation'])(
    'expects as much of %s as chance makes, and not much more',
    distance => {
      const random = uniform(8);
      const tens = fixedBins(0.1, 0.9, 8);
      const window = () => count(tens, Array.from({ length: 1_000 }, random));
      const found = Array.from({ length: 300 }, () => {
        const { score, threshold } = compareWindows(window(), window(), distance, 0)!;
        return score / threshold;
      }).sort((a, b) => a - b);
      // Of windows of one distribution one in a thousand reaches the limit, and one in a hundred comes near it.
      expect(found.at(-3)).toBeGreaterThan(0.6);
      expect(found.filter(share => share >= 1).length).toBeLessThanOrEqual(3);
    },
  );

  it('says nothing of an empty window', () => {
    expect(compareWindows(count(given, reference), emptyWindow(given))).toBeUndefined();
    expect(compareWindows(emptyWindow(given), count(given, reference))).toBeUndefined();
  });

  const windowOf = (counts: readonly number[], missing = 0, unreadable = 0) => ({
    counts,
    missing,
    unreadable,
  });

  it('takes missing and unreadable values for bins of their own', () => {
    const before = windowOf([500, 500]);
    expect(compareWindows(before, windowOf([0, 0], 1_000))).toMatchObject({
      test: 'jensen-shannon',
      score: expect.closeTo(Math.sqrt(Math.LN2), 12),
      drifted: true,
    });
    const after = compareWindows(before, windowOf([400, 400], 100, 100), 'total-variation')!;
    expect(after.score).toBeCloseTo(0.2, 12);
    expect(compareWindows(before, windowOf([500, 500], 1, 0))!.score).toBeGreaterThan(0);
    // None of both: no bins.
    const { threshold } = compareWindows(windowOf([5, 5, 0]), windowOf([5, 5, 0]), 'psi', 0)!;
    expect(threshold).toBeCloseTo(10.827566170662733 * 0.2, 9);
  });

  it('has a threshold that may be asked for, and for distances is what chance allows at least', () => {
    const [before, after] = [windowOf([5_000, 5_000]), windowOf([5_600, 4_400])];
    const by = (test: 'psi' | 'chi-squared', threshold?: number) =>
      compareWindows(before, after, test, threshold)!;
    expect(by('psi')).toMatchObject({ test: 'psi', threshold: 0.1, drifted: false });
    expect(by('psi', 0.01)).toMatchObject({ threshold: 0.01, drifted: true });
    const chance = 10.827566170662733 * (2 / 10_000);
    expect(by('psi', 0)).toMatchObject({ threshold: expect.closeTo(chance, 12), drifted: true });
    expect(by('chi-squared')).toMatchObject({ threshold: 0.05, drifted: true });
    expect(by('chi-squared', 1e-30)).toMatchObject({ threshold: 1e-30, drifted: false });
    // Few values: χ² finds nothing, though the distance is beyond what chance allows by its approximation.
    const rare = compareWindows(windowOf([0, 1_000]), windowOf([7, 993]), 'psi', 0)!;
    expect([rare.score > rare.threshold, rare.drifted]).toEqual([true, false]);
  });

  // χ² exceeded by 1 of 1,000, by scipy 1.15.3, times 1 / 100 + 1 / 60.
  it.each<[WindowDistance, number]>([
    ['psi', 0.4337662985663501],
    ['kullback-leibler', 0.4337662985663501 / 2],
    ['jensen-shannon', Math.sqrt(0.4337662985663501 / 8)],
    ['hellinger', Math.sqrt(0.4337662985663501 / 8)],
    // The mean of four folded normal distributions and 3.09 of their deviations.
    ['total-variation', 0.23807969292382164],
  ])('allows for a %s of %d in four bins by chance', (distance, expected) => {
    const counts = { reference: Float64Array.of(40, 30, 20, 10), current: Float64Array.of(20, 15, 15, 10) };
    expect(distanceByChance(distance, counts)).toBeCloseTo(expected, 12);
  });

  it('allows in a single bin for as much as in two', () => {
    const of = (...bins: number[]) => Float64Array.from(bins);
    const one = distanceByChance('psi', { reference: of(100), current: of(60) });
    expect(one).toBeCloseTo(0.28873509788433954, 12);
    expect(distanceByChance('psi', { reference: of(50, 50), current: of(30, 30) })).toBe(one);
  });
});
