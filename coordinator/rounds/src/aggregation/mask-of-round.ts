import type { Compression } from '@murmuration/protocol/messages/plan';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { drawPlaces, keptOf, scatter } from '@murmuration/protocol/weights/sparse';

/** How a sum of the values that a round's random mask leaves becomes one of the whole model. */
export interface MaskOfRound {
  /** Of what is sent: the hash of the whole, and as many values as are left. */
  readonly layout: Pick<Layout, 'hash' | 'count'>;
  /** The mean with all values: 0 where none was sent. */
  whole(mean: Mean): Mean;
}

/** The mask of a round, the same for all of its devices (Konečný et al. 2016, §2): without feedback, what was sent counts for the rest. */
export function maskOfRound(
  { hash, count }: Layout,
  { fraction, feedback }: Compression,
  round: string,
): MaskOfRound {
  const kept = keptOf(count, fraction);
  return {
    layout: { hash, count: kept },
    whole: ({ delta, weight }) => ({
      delta: scatter(delta, drawPlaces(round, count, kept), count, feedback ? 1 : count / kept),
      weight,
    }),
  };
}
