import { evenly, inOrderOf, inRandomOrder } from './order.ts';
import type { PartitionOf } from './spec.ts';

/**
 * Makes the "pathological non-IID" split of McMahan et al. 2017, §3: sorts examples by label, cuts them into
 * equal shards and gives each client `shardsPerClient` of them at random. With 60,000 digits, 100 clients and
 * 2 shards there are 200 shards of 300, so most clients have two kinds of digits.
 */
export function byShards(
  labels: ArrayLike<number>,
  { clients, shardsPerClient }: PartitionOf<'shards'>,
  uniform: () => number,
): Uint32Array[] {
  const shards = evenly(inOrderOf(labels), clients * shardsPerClient);
  const dealt = inRandomOrder(shards.length, uniform);
  return evenly(dealt, clients).map(hand =>
    Uint32Array.from(Array.from(hand, shard => Array.from(shards[shard]!)).flat()),
  );
}
