import type { Compression } from '@murmuration/protocol/messages/plan';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { drawPlaces, keptOf, scatter } from '@murmuration/protocol/weights/sparse';

/** Map from a sum of the values that a round's random mask keeps to one of the whole model. */
export interface MaskOfRound {
  /** Layout of the values sent: the hash of the whole, and the number of values that are kept. */
  readonly layout: Pick<Layout, 'hash' | 'count'>;
  /** Returns the mean with all values: 0 for those not sent. */
  whole(mean: Mean): Mean;
}

/**
 * Returns the mask of a round, the same for all of its devices (Konečný et al. 2016, §2): without feedback,
 * the values sent also count for the rest.
 */
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
