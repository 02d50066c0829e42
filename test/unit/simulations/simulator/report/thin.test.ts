import { barsFor } from '@murmuration/simulations/report/bars';
import { thinned } from '@murmuration/simulations/report/thin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const figures = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 300 });

describe('points that are drawn', () => {
  it('are at most as many as wanted, in order, from the first to the last', () => {
    fc.assert(
      fc.property(figures, fc.integer({ min: 3, max: 50 }), (ys, most) => {
        const xs = ys.map((_, i) => i);
        const kept = thinned(xs, ys, most);
        expect(kept).toHaveLength(Math.min(ys.length, most));
        expect(new Set(kept).size).toBe(kept.length);
        expect(kept).toEqual([...kept].sort((one, other) => one - other));
        if (ys.length > 0) expect([kept[0], kept.at(-1)]).toEqual([0, ys.length - 1]);
      }),
    );
  });

  it('show a single peak among thousands', () => {
    const ys = Array.from({ length: 5_000 }, (_, i) => (i === 3_217 ? 9 : Math.sin(i / 500)));
    expect(
      thinned(
        ys.map((_, i) => i),
        ys,
        100,
      ),
    ).toContain(3_217);
  });
});

describe('bars', () => {
  it('are at most 240, and keep the sum of what they stand for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6_000 }), count => {
        const { perBar, mean } = barsFor(count);
        const means = mean(Array.from({ length: count }, (_, i) => i));
        expect(means).toHaveLength(Math.ceil(count / perBar));
        expect(means.length).toBeLessThanOrEqual(240);
        const last = count - (means.length - 1) * perBar;
        const sum = means.reduce(
          (sum, value, i) => sum + value * (i === means.length - 1 ? last : perBar),
          0,
        );
        expect(sum).toBeCloseTo((count * (count - 1)) / 2, 5);
      }),
    );
  });
});
