import { dirichlet } from './distributions.ts';
import { evenly, inRandomOrder } from './order.ts';
import type { PartitionOf } from './spec.ts';

/**
 * Partitions with label skew (Hsu et al. 2019, §3): each client draws q ~ Dir(α p), where p are the label
 * frequencies, and then a label by q for each of its examples, without replacement. Exhausted labels are left
 * out of the draw. The smaller α, the fewer labels a client has. Clients' sizes differ by 1 at most.
 */
export function byDirichlet(
  labels: ArrayLike<number>,
  { clients, alpha }: PartitionOf<'dirichlet'>,
  uniform: () => number,
): Uint32Array[] {
  const count = labels.length;
  const pools = poolsOf(labels, uniform);
  const frequencies = pools.map(pool => pool.length / count);
  // Later clients find fewer labels left. Sizes and order are those of an even cut, whatever the draws.
  return evenly(new Uint32Array(count), clients).map(({ length }) => {
    const q = dirichlet(
      frequencies.map(share => alpha * share),
      uniform,
    );
    return Uint32Array.from({ length }, () => pools[drawLabel(q, pools, uniform)]!.pop()!);
  });
}

/** Returns the shuffled examples of each label. */
function poolsOf(labels: ArrayLike<number>, uniform: () => number): number[][] {
  const pools = new Map<number, number[]>();
  for (const i of inRandomOrder(labels.length, uniform)) {
    const label = labels[i]!;
    const pool = pools.get(label);
    if (pool) pool.push(i);
    else pools.set(label, [i]);
  }
  return [...pools].sort(([a], [b]) => a - b).map(([, pool]) => pool);
}

/** Draws a label by q among those that are left; if their q are all 0, by the number of examples left. */
function drawLabel(q: Float64Array, pools: readonly number[][], uniform: () => number): number {
  const left = q.map((share, label) => (pools[label]!.length > 0 ? share : 0));
  const total = left.reduce((sum, share) => sum + share, 0);
  return total > 0
    ? drawn(left, uniform() * total)
    : drawn(
        Float64Array.from(pools, pool => pool.length),
        uniform() * pools.reduce((sum, pool) => sum + pool.length, 0),
      );
}

/**
 * Returns the index at which the running sum exceeds `at`; the last index of positive weight if rounding
 * leaves `at` beyond the total.
 */
function drawn(weights: Float64Array, at: number): number {
  let chosen = -1;
  let sum = 0;
  for (const [i, weight] of weights.entries()) {
    if (weight === 0) continue;
    chosen = i;
    sum += weight;
    if (sum > at) break;
  }
  return chosen;
}
