import { dirichlet } from './distributions.ts';
import { inRandomOrder } from './order.ts';
import type { PartitionOf } from './spec.ts';

/**
 * Partitions with quantity skew (Li et al. 2022, "Federated learning on non-IID data silos", §IV): random
 * examples, in numbers proportional to a draw from Dir(α), on top of `least` for every client.
 */
export function bySkewedQuantity(
  count: number,
  { clients, alpha, least }: PartitionOf<'quantity'>,
  uniform: () => number,
): Uint32Array[] {
  const order = inRandomOrder(count, uniform);
  const shares = dirichlet(new Array<number>(clients).fill(alpha), uniform);
  const spare = count - clients * least;
  const parts: Uint32Array[] = [];
  let share = 0;
  let from = 0;
  for (const [client, own] of shares.entries()) {
    share += own;
    const isLast = client === clients - 1;
    const to = isLast ? count : (client + 1) * least + Math.min(spare, Math.floor(share * spare));
    parts.push(order.slice(from, to));
    from = to;
  }
  return parts;
}
