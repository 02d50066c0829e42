import { isTrusted } from '../transport/address.ts';
import { bounded } from '../transport/bounded.ts';
import { Inflow } from '../transport/inflow.ts';
import { roaming } from '../transport/roaming.ts';
import type { Transport } from '../transport/transport.ts';
import type { ClientOptions } from './options.ts';
import type { Platform } from './platform.ts';

/** The transport of a client, the app's own or one that goes where a front sends it; what it brings is bounded. */
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
  // Whichever front or cell it comes from: of ours as they read, and of each transport whoever made it.
  const [inflow, taken] = [new Inflow(platform.clock), new Inflow(platform.clock)];
  const bound = (made: Transport) => bounded(made, platform, taken);
  if (typeof transport === 'object') return bound(transport);
  // Also from a cell.
  const mayFetch = (address: URL) => isTrusted(address, base, buckets);
  const elsewhere = { from: 0 };
  const shared = { ...platform, readToken, mayFetch, elsewhere, inflow };
  return roaming(base, platform, to => bound(platform.transport(to, shared, transport)), cells);
}
