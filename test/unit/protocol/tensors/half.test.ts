import { halfToNumber, numberToHalf } from '@murmuration/protocol/tensors/half';
import { describe, expect, it } from 'vitest';

describe('half precision', () => {
  it('comes back from each of its numbers', () => {
    for (let half = 0; half < 65_536; half++) {
      const value = halfToNumber(half);
      if (Number.isNaN(value)) expect(halfToNumber(numberToHalf(value))).toBeNaN();
      else expect(numberToHalf(value)).toBe(half);
    }
  });

  // Values of IEEE 754-2019, table 3.5, and ties between two neighbours.
  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [65_519.99, 0x7bff],
    [65_520, 0x7c00],
    [-1e300, 0xfc00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.0000001, 0x0001],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -24, 0x03ff],
    // Far below all halves.
    [2 ** -33, 0x0000],
    [-(2 ** -40), 0x8000],
    [-1e-300, 0x8000],
    [1 / 3, 0x3555],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    // Rounded to 24 bits first, it would lie between two halves.
    [1 + 2 ** -11 + 2 ** -40, 0x3c01],
    [1 + 3 * 2 ** -11 - 2 ** -40, 0x3c01],
  ])('rounds %d to the nearest, ties to even', (value, half) => {
    expect(numberToHalf(value)).toBe(half);
  });
});
