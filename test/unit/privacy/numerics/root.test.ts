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

  // Evaluations by SciPy's brentq with rtol = 4ε, and one more for cos x − x.
  it.each([
    ['x³ − 2', (x: number) => x ** 3 - 2, [0, 1e3], 1.2599210498948732, 28],
    ['tanh(50 (x − 0.3)), flat beside it', (x: number) => Math.tanh(50 * (x - 0.3)), [-1e3, 1e3], 0.3, 22],
    ['exp(x) − 10⁶', (x: number) => Math.exp(x) - 1e6, [0, 100], 13.815510557964275, 20],
    ['cos x − x', (x: number) => Math.cos(x) - x, [0, 1], 0.7390851332151606, 9],
    ['x − cos x', (x: number) => x - Math.cos(x), [-5, 0.9], 0.7390851332151607, 8],
    ['1/x − 10⁻³', (x: number) => 1 / x - 1e-3, [1e-3, 1e6], 1_000, 19],
    ['ln x', Math.log, [0.01, 1e3], 1, 18],
    ['the cube root of x − 0.1', (x: number) => Math.cbrt(x - 0.1), [-1, 4], 0.1, 43],
    ['(x − 1)⁵ + (x − 1) / 1000', (x: number) => (x - 1) ** 5 + 1e-3 * (x - 1), [0, 3], 1, 17],
    ['x exp(−x) − 0.1', (x: number) => x * Math.exp(-x) - 0.1, [0, 1], 0.11183255915896297, 9],
    ['sin 10x + x − ½', (x: number) => Math.sin(10 * x) + x - 0.5, [-1, 2], 0.6166290246472278, 12],
    ['atan 10⁴ (x − 0.7)', (x: number) => Math.atan(1e4 * (x - 0.7)), [0, 1], 0.7, 18],
    ['x⁴ − 2x² − 3x − 1', (x: number) => x ** 4 - 2 * x ** 2 - 3 * x - 1, [0, 5], 1.949787524078606, 14],
    ['1 / (x − 0.3) + 6', (x: number) => 1 / (x - 0.3) + 6, [-2, 0.29], 0.13333333333333333, 13],
    ['exp(−5x) − 10⁻⁴', (x: number) => Math.exp(-5 * x) - 1e-4, [0, 10], 1.8420680743952365, 14],
    ['a line', (x: number) => 2 * x - 3, [0, 10], 1.5, 3],
    ['a step', (x: number) => (x < Math.PI ? -1 : 1), [0, 10], Math.PI, 54],
  ] as const)(
    'of %s takes the evaluations of another Brent, from both sides',
    (_, of, [a, b], at, evaluations) => {
      for (const [low, high] of [
        [a, b],
        [b, a],
      ] as const) {
        let calls = 0;
        const found = root(
          x => {
            calls += 1;
            return of(x);
          },
          low,
          high,
        );
        expect(Math.abs(found - at)).toBeLessThan(1e-15 * Math.max(1, at));
        expect(calls).toBe(evaluations);
      }
    },
  );

  it('is found to a tolerance in fewer steps', () => {
    let calls = 0;
    const found = root(
      x => {
        calls += 1;
        return Math.cos(x) - x;
      },
      0,
      1,
      1e-3,
    );
    expect(Math.abs(found - 0.7390851332151607)).toBeLessThan(1e-3);
    expect(calls).toBeLessThanOrEqual(6);
  });

  it('may be at an end', () => {
    expect(root(x => x, 0, 1)).toBe(0);
    expect(root(x => -x, 0, 1)).toBe(0);
    expect(root(x => x - 1, 0, 1)).toBe(1);
    expect(root(x => 1 - x, 0, 1)).toBe(1);
  });

  it('is refused where the function does not change its sign', () => {
    expect(() => root(x => x * x + 1, -1, 1)).toThrow('No change of sign between -1 and 1.');
    expect(() => root(x => -x * x - 1, -1, 1)).toThrow(RangeError);
  });
});
