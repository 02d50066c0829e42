import { shortDecimal } from '@murmuration/serving/precompute/input/decimal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('a short decimal', () => {
  it('is the number that Number gives, or is left to that', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 14 });
    const decimal = fc.tuple(fc.constantFrom('', '-'), digits, fc.constantFrom('', '.'), digits);
    fc.assert(
      fc.property(decimal, parts => {
        const text = parts.join('');
        const short = shortDecimal(text);
        const isShort = text.length <= 15 && /\d/.test(text);
        expect(short).toBe(isShort ? Number(text) : Number.NaN);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['', '-', '.', '-.', '1e5', '0x1f', ' 1', '1 ', '+1', '1.2.3', '--1', '1-', 'NaN', '1_000', '１'])(
    'is not %j',
    text => {
      expect(shortDecimal(text)).toBeNaN();
    },
  );
});
