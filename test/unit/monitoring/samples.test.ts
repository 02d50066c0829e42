import { countIn, sharesByDistinct, sharesOf, sturges } from '@murmuration/monitoring/samples/bins';
import { mean, quantile, variance } from '@murmuration/monitoring/samples/moments';
import {
  asCategories,
  type Category,
  categoriesOfBoth,
  categorySample,
  distinctOfBoth,
  numberSample,
  readCategories,
  readNumbers,
  walk,
} from '@murmuration/monitoring/samples/sample';
import { describe, expect, it } from 'vitest';

const list = (...values: number[]) => Float64Array.from(values);
const numbers = (...values: number[]) => readNumbers(values).sample;
const words = (...values: Category[]) => readCategories(values).sample;

describe('a column', () => {
  it('of numbers counts what is missing and what is none', () => {
    const column = [3, null, -1, undefined, Number.NaN, 3, Infinity, -Infinity, 'a', true, ''];
    expect(readNumbers(column)).toEqual({
      sample: { kind: 'numbers', sorted: list(-1, 3, 3), size: 3, distinct: 2 },
      missing: 3,
      unreadable: 5,
    });
    expect(readNumbers([])).toEqual({
      sample: { kind: 'numbers', sorted: list(), size: 0, distinct: 0 },
      missing: 0,
      unreadable: 0,
    });
    expect(readNumbers(Float32Array.of(2, 1, Number.NaN)).sample.sorted).toEqual(list(1, 2));
  });

  it('of categories counts each of them, and what is missing', () => {
    expect(readCategories(['a', 1, true, 'a', null, '1', undefined, Number.NaN, false])).toEqual({
      sample: {
        kind: 'categories',
        counts: new Map<Category, number>([
          ['a', 2],
          [1, 1],
          [true, 1],
          ['1', 1],
          [false, 1],
        ]),
        size: 6,
        distinct: 5,
      },
      missing: 3,
      unreadable: 0,
    });
  });
});

describe('a sample', () => {
  it('knows how many values differ', () => {
    expect(
      [numberSample(list()), numberSample(list(5)), numberSample(list(1, 1, 2, 3, 3))].map(s => s.distinct),
    ).toEqual([0, 1, 3]);
  });

  it('of counts leaves out those of 0 or less', () => {
    const { counts, size, distinct } = categorySample([
      ['a', 0],
      ['b', 1],
      ['c', -2],
      ['d', 3],
    ]);
    expect([[...counts], size, distinct]).toEqual([
      [
        ['b', 1],
        ['d', 3],
      ],
      4,
      2,
    ]);
  });

  it('of numbers has categories as well', () => {
    expect(asCategories(numbers(2, 1, 2))).toEqual(words(1, 2, 2));
    expect(asCategories(numbers())).toEqual(words());
    const sample = words('a');
    expect(asCategories(sample)).toBe(sample);
  });
});

describe('two samples', () => {
  it('have categories in order: numbers, booleans, texts', () => {
    expect(categoriesOfBoth(words('b', 10, true, 'a'), words(false, 9, 'b', -1, 'A'))).toEqual([
      ...[-1, 9, 10, false, true, 'A', 'a', 'b'],
    ]);
  });

  it('have the distinct values of both', () => {
    expect(distinctOfBoth(numbers(1, 2, 2, 5), numbers(2, 3))).toBe(4);
    expect(distinctOfBoth(numbers(1, 2), words(2, 'a'))).toBe(3);
    expect(distinctOfBoth(words(2, 'a'), numbers(1, 2))).toBe(3);
    expect(distinctOfBoth(words('a'), words('b', 'a'))).toBe(2);
    expect(distinctOfBoth(numbers(), numbers())).toBe(0);
  });

  it('are walked through value by value, with how many are not above it', () => {
    const visited: number[][] = [];
    walk(list(1, 1, 3), list(1, 2, 2, 4), (...each) => visited.push(each));
    expect(visited).toEqual([
      [1, 2, 1],
      [2, 2, 3],
      [3, 3, 3],
      [4, 3, 4],
    ]);
  });
});

describe('bins', () => {
  it('are as many as Sturges says: log2 of the values, and 1', () => {
    // Seven values, and eight.
    expect([...sturges(list(0, 1, 2, 3), list(4, 5, 8))]).toEqual([0, 2, 4, 6, 8]);
    expect([...sturges(list(0, 1, 2, 3), list(4, 5, 6, 8))]).toEqual([0, 2, 4, 6, 8]);
    expect(sturges(list(0, 1, 2, 3, 4), list(5, 6, 7, 8))).toHaveLength(6);
    expect([...sturges(list(2, 8), list(0, 4), 2)]).toEqual([0, 4, 8]);
    expect([...sturges(list(), list(1, 3))]).toEqual([1, 2, 3]);
    expect([...sturges(list(1, 3), list())]).toEqual([1, 2, 3]);
    // The last edge is the greatest value itself.
    expect(sturges(list(0.1, 0.2), list(0.4, 0.7)).at(-1)).toBe(0.7);
    expect([...sturges(list(5, 5), list(5))]).toEqual([5, 5]);
  });

  it('hold their lower edge, and the last one its upper edge', () => {
    expect([...countIn(list(-1, 0, 0, 1, 2, 2, 3, 4, 4, 5), list(0, 2, 4))]).toEqual([3, 5]);
    expect([...countIn(list(5, 5, 5), list(5, 5))]).toEqual([3]);
    expect([...countIn(list(), list(0, 1, 2))]).toEqual([0, 0]);
  });

  it('have shares by value for up to 20 distinct numbers of the reference, of equal width beyond', () => {
    const upTo = (most: number) => numbers(...Array.from({ length: most }, (_, at) => at));
    expect(sharesOf(upTo(20), numbers(0, 30, 30), false)).toEqual({
      reference: Float64Array.from([...Array(20).fill(1 / 20), 0]),
      current: Float64Array.from([1 / 3, ...Array(19).fill(0), 2 / 3]),
    });
    // 22 values, 6 bins, 5 wide.
    expect(sharesOf(upTo(21), numbers(30), false)).toEqual({
      reference: Float64Array.from([5, 5, 5, 5, 1, 0].map(count => count / 21)),
      current: Float64Array.from([0, 0, 0, 0, 0, 1]),
    });
    expect(sharesOf(upTo(21), words('a'), false).reference).toHaveLength(22);
    expect(sharesOf(words('a', 'b'), words('c', 'b'), false)).toEqual({
      reference: list(0.5, 0.5, 0),
      current: list(0, 0.5, 0.5),
    });
  });

  it('are filled by 1 of 10,000 where they are empty, or by less than any share', () => {
    const filled = sharesOf(words('a', 'b'), words('c', 'b'), true);
    expect(filled).toEqual({ reference: list(0.5, 0.5, 0.0001), current: list(0.0001, 0.5, 0.5) });
    const of = (rare: number, all: number) =>
      sharesOf(
        categorySample([
          ['a', all - rare],
          ['b', rare],
        ]),
        words('c'),
        true,
      ).reference.at(-1);
    expect([of(1, 5_000), of(1, 10_000), of(1, 20_000)]).toEqual([0.0001, 1e-10, expect.closeTo(5e-11, 16)]);
    expect(sharesOf(words('a'), words('b'), true).reference).toEqual(list(1, 0.0001));
  });

  it('by distinct values are as many as these have', () => {
    // Four distinct values of nine: 3 bins, 2 wide.
    const { reference, current } = sharesByDistinct(numbers(0, 0, 0, 0, 6), numbers(2, 2, 3, 6));
    expect([...reference]).toEqual([0.8, 0, 0.2]);
    expect([...current]).toEqual([0, 0.75, 0.25]);
    for (const [a, b] of [
      [words('a'), words('b')],
      [numbers(1), words('b')],
      [words('a'), numbers(1)],
    ] as const)
      expect(sharesByDistinct(a, b)).toEqual(sharesOf(a, b, false));
  });
});

describe('moments', () => {
  it('of a list are its mean, its variance and its quantiles', () => {
    expect([mean(list(1, 2, 6)), variance(list(1, 2, 6))]).toEqual([3, 14 / 3]);
    expect([0, 0.25, 0.5, 0.875, 1].map(share => quantile(list(1, 2, 4, 4, 9), share))).toEqual([
      1, 2, 4, 6.5, 9,
    ]);
    expect(quantile(list(7), 0.3)).toBe(7);
    for (const found of [mean(list()), variance(list()), quantile(list(), 0.5)]) expect(found).toBeNaN();
  });
});
