import { root } from '@murmuration/privacy/numerics/root';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('a root', () => {
  it('is found to the last digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e6, noNaN: true }), value => {
        const found = root(x => x * x * x - value, 0, 1e3);
        expect(Math.abs(found - Math.cbrt(value))).toBeLessThan(1e-14 * Math.cbrt(value) + 1e-300);
      }),
    );
  });

  it('is found where the function is flat beside it, and in few steps', () => {
    let calls = 0;
    const found = root(
      x => {
        calls += 1;
        return Math.tanh(50 * (x - 0.3));
      },
      -1e3,
      1e3,
    );
    expect(found).toBeCloseTo(0.3, 14);
    expect(calls).toBeLessThan(80);
  });

  it('may be at an end', () => {
    expect(root(x => x, 0, 1)).toBe(0);
    expect(root(x => x - 1, 0, 1)).toBe(1);
  });

  it('is refused where the function does not change its sign', () => {
    expect(() => root(x => x * x + 1, -1, 1)).toThrow('No change of sign');
  });
});
