import { difference, moment, quantity, scaleFor, type Unit } from '@murmuration/monitoring/kit/quantities';
import { quantiles } from '@murmuration/simulations/learning-curves/quantiles';
import { describe, expect, it } from 'vitest';

describe('a quantity', () => {
  it.each([
    [0.9713, 'share', '97.1 %'],
    [0, 'share', '0.0 %'],
    [0.12345, 'nats', '0.123 nats'],
    [12_345.6, 'number', '12,346'],
    [999.6, 'number', '1,000'],
    [1_234_567, 'number', '1,234,567'],
    [-1.5, 'number', '-1.50'],
    [0, 'number', '0'],
    [0.0001, 'number', '0.000100'],
    [0.00001234, 'number', '1.23e-5'],
    [-0.00001234, 'number', '-1.23e-5'],
    [1_234.4, 'count', '1,234'],
    [999.6, 'bytes', '1,000 B'],
    [1_000, 'bytes', '1.00 kB'],
    [12_345, 'count', '12,345'],
    [999, 'bytes', '999 B'],
    [12_345_678, 'bytes', '12.3 MB'],
    [1_400, 'ms', '1,400 ms'],
    [1_500, 'ms', '1.50 s'],
    [7_200_000, 'ms', '2.00 h'],
    [null, 'share', '–'],
    [undefined, 'share', '–'],
    [Number.NaN, 'share', '–'],
    [-Infinity, 'share', '–'],
  ] as const)('of %s %s is %s', (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });

  it.each([
    [0.034, 'share', '+3.4 points'],
    [-1_234, 'count', '−1,234'],
    [0, 'count', '±0'],
    [1.5, 'ms', '+1.50 ms'],
    [Infinity, 'count', '–'],
    [null, 'count', '–'],
  ] as const)('that differs by %s %s says so: %s', (value, unit, text) => {
    expect(difference(value, unit)).toBe(text);
  });

  it.each<[Unit, Record<string, number[]>]>([
    ['bytes', { B: [0, 999], kB: [1e3, 999_999], MB: [1e6], GB: [1e9], TB: [1e12, 1e16] }],
    // From half as much more than the unit on.
    ['ms', { ms: [0, 1_499], s: [1_500, 89_999], min: [90_000, -90_000, 5_399_999] }],
    ['ms', { h: [5.4e6, 129_599_999], days: [129_600_000] }],
    ['share', { '%': [0.001, 5] }],
    ['nats', { nats: [0.1] }],
  ])('of %s is written in the unit that fits: %j', (unit, expected) => {
    for (const [name, values] of Object.entries(expected))
      for (const value of values) expect([value, scaleFor(value, unit).name]).toEqual([value, name]);
  });

  it('of time is divided by its unit', () => {
    expect([1.5e3, 9e4, 5.4e6, 129_600_000].map(ms => quantity(ms, 'ms'))).toEqual([
      ...['1.50 s', '1.50 min', '1.50 h', '1.50 days'],
    ]);
    expect([1e6, 1e9, 1e12].map(bytes => quantity(1.5 * bytes, 'bytes'))).toEqual([
      ...['1.50 MB', '1.50 GB', '1.50 TB'],
    ]);
    expect(moment(Date.UTC(2026, 0, 2, 3, 4, 59))).toBe('2026-01-02 03:04 UTC');
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
