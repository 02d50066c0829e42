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

  it('is found from where the function curves the other way', () => {
    const { at, value } = minimize(([x]) => -Math.exp((-x! * x!) / 2), [3]);
    expect(at[0]).toBeCloseTo(0, 6);
    expect(value).toBeCloseTo(-1, 12);
  });

  it('of a square is found in few evaluations', () => {
    let calls = 0;
    const { at, value } = minimize(
      ([x, y, z]) => {
        calls += 1;
        return x! * x! + 10 * y! * y! + 100 * z! * z! + x! * y! + 3;
      },
      [3, -2, 1],
    );
    for (const each of at) expect(each).toBeCloseTo(0, 6);
    expect(value).toBe(3);
    expect(calls).toBeLessThan(200);
  });

  it.each([
    [[10, 10], [9, 10 - 1e-8], ([x, y]: readonly number[]) => 1e5 * x! * x! + 1e-3 * y! * y!],
    [[1], [0.75], ([x]: readonly number[]) => (x! * x!) / 8],
  ])('from %j looks first at %j: down the slope, by 1 at most', (start, first, of) => {
    const seen: (readonly number[])[] = [];
    minimize(at => {
      seen.push(at);
      return of(at);
    }, start);
    // Before that are the start, and four differences for each number.
    for (const [i, value] of first.entries()) expect(seen[1 + 4 * start.length]![i]).toBeCloseTo(value, 9);
  });

  it('is given up after 300 steps of 1', () => {
    expect(minimize(([x]) => x!, [0]).value).toBeCloseTo(-300, 9);
  });

  it('may be where the search begins', () => {
    expect(minimize(([x]) => x! * x!, [0]).at).toEqual([0]);
  });
});
