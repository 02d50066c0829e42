import { sortNumbers } from '@murmuration/monitoring/samples/sort';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from './uniform.ts';

const double = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('the sort of numbers', () => {
  it('gives the order of comparing, for any finite numbers, long lists and short ones', () => {
    fc.assert(
      fc.property(fc.array(double, { minLength: 1, maxLength: 40 }), fc.boolean(), (some, isLong) => {
        const values = Float64Array.from(
          { length: isLong ? 2_100 : some.length },
          (_, at) => some[at % some.length]!,
        );
        const copy = values.slice();
        expect(sortNumbers(copy)).toBe(copy);
        expect(copy).toEqual(values.sort());
      }),
      { numRuns: 60 },
    );
  });

  it('also within a larger buffer, of which it leaves the rest', () => {
    const gaussian = normal(uniform(8));
    const buffer = Float64Array.from({ length: 5_000 }, () => 1e3 * gaussian());
    const [before, after] = [buffer.slice(0, 1_000), buffer.slice(4_000)];
    const expected = buffer.slice(1_000, 4_000).sort();
    sortNumbers(buffer.subarray(1_000, 4_000));
    expect(buffer.subarray(1_000, 4_000)).toEqual(expected);
    expect([buffer.slice(0, 1_000), buffer.slice(4_000)]).toEqual([before, after]);
  });

  it.each(Array.from({ length: 52 }, (_, bit) => bit))('sees bit %i of a number by itself', bit => {
    // Only one digit differs, so that the list is dealt once, and copied back.
    const values = Float64Array.from({ length: 2_050 }, (_, at) => 1 + (1 - (at % 2)) * 2 ** (bit - 52));
    const expected = values.slice().sort();
    expect(sortNumbers(values)).toEqual(expected);
    expect(sortNumbers(values.map(value => -value))).toEqual(expected.map(value => -value).reverse());
  });

  it('sets negative numbers first', () => {
    const values = Float64Array.from({ length: 2_050 }, (_, at) => (at % 2 === 0 ? 1 : -1));
    expect(sortNumbers(values).findIndex(value => value > 0)).toBe(1_025);
  });
});
