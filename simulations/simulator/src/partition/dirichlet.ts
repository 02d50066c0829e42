import { dirichlet } from './distributions.ts';
import { evenly, inRandomOrder } from './order.ts';
import type { PartitionOf } from './spec.ts';

/**
 * Label skew (Hsu et al. 2019, §3): each client draws q ~ Dir(α p), p the frequencies of the labels, and then each of its examples from a
 * label drawn by q, without putting it back. Labels that have run out are left out of the draw. The smaller α, the fewer labels a client
 * has; all clients have equally many examples, up to 1.
 */
export function byDirichlet(
  labels: ArrayLike<number>,
  { clients, alpha }: PartitionOf<'dirichlet'>,
  uniform: () => number,
): Uint32Array[] {
  const count = labels.length;
  const pools = poolsOf(labels, uniform);
  const frequencies = pools.map(pool => pool.length / count);
  // Who comes late finds fewer labels left: sizes and turns are those of an even cut, the same for all.
  return evenly(new Uint32Array(count), clients).map(({ length }) => {
    const q = dirichlet(
      frequencies.map(share => alpha * share),
      uniform,
    );
    return Uint32Array.from({ length }, () => pools[drawLabel(q, pools, uniform)]!.pop()!);
  });
}

/** The examples of each label that there is, shuffled. */
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

/** A label by the proportions of those that are left, or, where these are all 0, by how many examples are left. */
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

/** The index at which the running sum exceeds `at`; the last one of positive weight where rounding leaves `at` beyond it. */
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
