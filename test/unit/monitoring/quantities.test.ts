import { difference, quantity, scaleFor } from '@murmuration/monitoring/kit/quantities';
import { quantiles } from '@murmuration/simulations/learning-curves/quantiles';
import { describe, expect, it } from 'vitest';

describe('a quantity', () => {
  it.each([
    [0.9713, 'share', '97.1 %'],
    [0, 'share', '0.0 %'],
    [0.12345, 'nats', '0.123 nats'],
    [12_345.6, 'number', '12,346'],
    [0.00001234, 'number', '1.23e-5'],
    [12_345, 'count', '12,345'],
    [999, 'bytes', '999 B'],
    [12_345_678, 'bytes', '12.3 MB'],
    [1_400, 'ms', '1,400 ms'],
    [1_500, 'ms', '1.50 s'],
    [7_200_000, 'ms', '2.00 h'],
    [null, 'share', '–'],
    [Number.NaN, 'share', '–'],
  ] as const)('of %s %s is %s', (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });

  it.each([
    [0.034, 'share', '+3.4 points'],
    [-1_234, 'count', '−1,234'],
    [0, 'count', '±0'],
    [null, 'count', '–'],
  ] as const)('that differs by %s %s says so: %s', (value, unit, text) => {
    expect(difference(value, unit)).toBe(text);
  });

  it('has an axis in its own unit', () => {
    expect(scaleFor(0, 'bytes')).toEqual({ divisor: 1, name: 'B' });
    expect(scaleFor(3e9, 'bytes')).toEqual({ divisor: 1e9, name: 'GB' });
    expect(scaleFor(0.5, 'share')).toEqual({ divisor: 0.01, name: '%' });
  });
});

describe('quantiles', () => {
  // Hyndman and Fan 1996, definition 7, as numpy.quantile has it by default.
  it('lie between neighbours', () => {
    expect(quantiles([4, 1, 3, 2], [0, 0.1, 0.5, 0.75, 1])).toEqual([1, 1.3, 2.5, 3.25, 4]);
    expect(quantiles([7], [0, 0.5, 1])).toEqual([7, 7, 7]);
    expect(quantiles([], [0.5])).toEqual([]);
  });
});
