import { renyiEpsilon } from '@murmuration/privacy/accountants/renyi';
import {
  honakerWeights,
  subtreesOf,
  treeRenyi,
  treeRho,
  treeVariance,
} from '@murmuration/privacy/accountants/tree';
import { describe, expect, it } from 'vitest';
import { mechanismCase, publishedCases, relativeError } from '../vectors.ts';

/** What a tree says of the sum of so many steps if every node holds the same. */
function sumOfNodes(steps: number, value: number, honaker: boolean): number {
  return subtreesOf(steps).reduce((sum, level) => {
    const weights = honaker ? honakerWeights(level) : [1];
    return sum + value * weights.reduce((total, weight, depth) => total + 2 ** depth * weight, 0);
  }, 0);
}

describe('tree aggregation', () => {
  it.each(publishedCases('dp-ftrl-tree'))('sums as $id', ({ inputs, expected }) => {
    const { steps, node_value: value } = inputs as { steps: number; node_value: number };
    const { cumsum_last: last, cumsum_each_step: each } = expected as Record<string, unknown>;
    if (each === undefined) expect(sumOfNodes(steps, value, false)).toBe(last);
    else expect(Array.from({ length: steps }, (_, i) => sumOfNodes(i + 1, value, false))).toEqual(each);
  });

  it.each(publishedCases('dp-ftrl-tree-honaker'))(
    'with Honaker’s estimate as $id',
    ({ inputs, expected }) => {
      const { steps, node_value: value, noise_std: std } = inputs as Record<string, number>;
      if (expected.variance === undefined)
        expect(relativeError(sumOfNodes(steps!, value!, true), expected.cumsum_last as number)).toBeLessThan(
          1e-9,
        );
      else
        expect(
          relativeError(std! ** 2 * treeVariance(steps!, true), expected.variance as number),
        ).toBeLessThan(1e-9);
    },
  );

  it.each(publishedCases('dp-ftrl-accounting'))('is accounted as $id', ({ inputs, expected }) => {
    const { noise_multiplier, trees_steps, delta } = inputs as {
      noise_multiplier: number;
      trees_steps: number[];
      delta: number;
    };
    const orders = [
      ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
      ...Array.from({ length: 52 }, (_, i) => 12 + i),
    ];
    const { value } = renyiEpsilon(treeRenyi(noise_multiplier, trees_steps), delta, orders);
    expect(relativeError(value, expected.epsilon as number)).toBeLessThan(1e-6);
  });

  const { cases } = mechanismCase<{ cases: Record<'z' | 'n' | 'b' | 'rho', number>[] }>(
    'tree-no-restart-zcdp-fcp',
  );
  it.each(cases)('without restarts has ρ = $rho for z = $z, n = $n, b = $b', ({ z, n, b, rho }) => {
    expect(treeRho(z, n, b)).toBeCloseTo(rho, 12);
  });

  it('has the ρ that all patterns have', () => {
    /** Σ (parts below a node)² of one pattern. */
    const squaresOf = (steps: number, parts: readonly number[]) => {
      let sum = 0;
      for (let length = 1; length <= steps; length *= 2)
        for (let from = 0; from + length <= steps; from += length)
          sum += parts.filter(part => part >= from && part < from + length).length ** 2;
      return sum;
    };
    const worst = (steps: number, separation: number, parts: readonly number[] = []): number => {
      let most = squaresOf(steps, parts);
      for (let next = parts.length === 0 ? 0 : parts.at(-1)! + separation; next < steps; next++)
        most = Math.max(most, worst(steps, separation, [...parts, next]));
      return most;
    };
    for (const steps of [1, 2, 3, 6, 8, 11, 13])
      for (const separation of [1, 2, 3, 5])
        expect(treeRho(1, steps, separation)).toBe(worst(steps, separation) / 2);
  });
});
