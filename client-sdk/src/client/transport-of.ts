import { isTrusted } from '../transport/address.ts';
import { bounded } from '../transport/bounded.ts';
import { Inflow } from '../transport/inflow.ts';
import { roaming } from '../transport/roaming.ts';
import type { Transport } from '../transport/transport.ts';
import type { ClientOptions } from './options.ts';
import type { Platform } from './platform.ts';

/**
 * Returns the client's transport: the app's own, or one that goes where a
 * front sends it. Its input is bounded.
 */
export function transportOf(
  base: URL,
  {
    transport,
    readToken,
    buckets,
    cells,
  }: Pick<ClientOptions, 'transport' | 'readToken' | 'buckets' | 'cells'>,
  platform: Platform,
): Transport {
  // Shared by all fronts and cells: `inflow` counts reads of our transports, `taken` those of any transport.
  const [inflow, taken] = [new Inflow(platform.clock), new Inflow(platform.clock)];
  const bound = (made: Transport) => bounded(made, platform, taken);
  if (typeof transport === 'object') return bound(transport);
  // Models from a cell need this check, too.
  const mayFetch = (address: URL) => isTrusted(address, base, buckets);
  const elsewhere = { from: 0 };
  const shared = { ...platform, readToken, mayFetch, elsewhere, inflow };
  return roaming(base, platform, to => bound(platform.transport(to, shared, transport)), cells);
}
