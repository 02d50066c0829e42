import { Latencies } from '@murmuration/serving/monitor/latencies';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const spans = fc.array(fc.double({ min: 0.02, max: 500_000, noNaN: true }), { minLength: 1, maxLength: 200 });

/** The quantile by definition: of n values in order, that at ⌊share · (n − 1)⌋. */
function exact(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;
}

function of(values: readonly number[]): Latencies {
  const latencies = new Latencies();
  for (const value of values) latencies.add(value);
  return latencies;
}

describe('latencies', () => {
  it('have quantiles within 5 % of the true ones', () => {
    fc.assert(
      fc.property(spans, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const truth = exact(values, share);
        expect(Math.abs((of(values).quantile(share) ?? Number.NaN) - truth)).toBeLessThanOrEqual(
          0.0501 * truth,
        );
      }),
    );
  });

  it('of several places are those of all together', () => {
    fc.assert(
      fc.property(spans, spans, (some, others) => {
        const merged = of(some);
        merged.merge(of(others));
        const together = of([...some, ...others]);
        expect(merged.count).toBe(together.count);
        for (const share of [0, 0.5, 0.9, 0.99, 1])
          expect(merged.quantile(share)).toBe(together.quantile(share));
      }),
    );
  });

  it('know no quantile of nothing, and bound what is shorter or longer than they tell apart', () => {
    expect(new Latencies().quantile(0.5)).toBeNull();
    const extremes = of([0, -1, 1e12]);
    expect(extremes.count).toBe(3);
    expect(extremes.quantile(0)).toBe(0.01);
    expect(extremes.quantile(1)).toBeGreaterThan(5e5);
    expect(extremes.quantile(1)).toBeLessThan(7e5);
  });
});
