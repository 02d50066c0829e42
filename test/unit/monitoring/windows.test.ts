import { numberSample, readCategories, readNumbers } from '@murmuration/monitoring/samples/sample';
import { type Bins, categoryBins, fixedBins, quantileBins } from '@murmuration/monitoring/windows/bins';
import type { WindowDistance } from '@murmuration/monitoring/windows/chance';
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
      'different bins',
    );
    expect(() => fixedBins(1, 1, 3)).toThrow('lower first');
    expect(() => fixedBins(0, 1, 0)).toThrow('one at least');
  });
});

describe('bins of a reference', () => {
  it('hold about equally many of its values', () => {
    const sample = numberSample(ascending(2_000, normal(uniform(4))));
    const { counts } = count(quantileBins(sample, 10), [...sample.sorted]);
    expect(counts).toHaveLength(10);
    for (const each of counts) expect(Math.abs(each - 200)).toBeLessThan(5);
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
  });
});
