import { minimize } from '@murmuration/privacy/numerics/minimize';
import { describe, expect, it } from 'vitest';

describe('a minimum', () => {
  it('is found along a bent valley', () => {
    const { at, value } = minimize(([x, y]) => (1 - x!) ** 2 + 100 * (y! - x! * x!) ** 2, [-1.2, 1]);
    expect(at[0]).toBeCloseTo(1, 6);
    expect(at[1]).toBeCloseTo(1, 6);
    expect(value).toBeLessThan(1e-12);
  });

  it('is found beside what is infinite', () => {
    const { at } = minimize(([x]) => (x! > 0 ? x! - Math.log(x!) : Infinity), [5]);
    expect(at[0]).toBeCloseTo(1, 6);
  });

  it('may be where the search begins', () => {
    expect(minimize(([x]) => x! * x!, [0]).at).toEqual([0]);
  });
});
