import { acceptsAddress } from '@murmuration/protocol/messages/elsewhere';
import type { Wanted } from './fetch-elsewhere.ts';
import type { Transport, TransportPlatform } from './transport.ts';

/** Milliseconds for which all files come from the coordinator after a failure elsewhere. */
const avoidanceMs = 3_600_000;

/** Answer of a coordinator to a download: a file, or its address. */
export interface Downloaded {
  readonly bytes: Uint8Array;
  readonly isAddress: boolean;
}

/** Downloads with the header `accept`, if given. */
type Get = (...args: [...Parameters<Transport['download']>, accept?: string]) => Promise<Downloaded>;

/** Fetches the file at the address in an answer; undefined if that fails. */
type FetchFile = (answer: Uint8Array, wanted: Wanted) => Promise<Uint8Array | undefined>;

/**
 * Returns a download for which the coordinator may give another address: of files named by their SHA-256. If
 * that fails, the file comes from the coordinator.
 */
export function fromElsewhere(
  get: Get,
  { clock, mayFetch, elsewhere = { from: 0 } }: Pick<TransportPlatform, 'clock' | 'mayFetch' | 'elsewhere'>,
  /** Loads the code on demand. */
  load: () => Promise<FetchFile> | FetchFile,
): Transport['download'] {
  return async (path, limit, signal) => {
    const [, hash] = (clock.now() >= elsewhere.from && /([0-9a-f]{64})\.bin$/.exec(path)) || [];
    if (mayFetch && hash) {
      const { bytes, isAddress } = await get(path, limit, signal, acceptsAddress);
      if (!isAddress) return bytes;
      const fetchFile = await load();
      const file = await fetchFile(bytes, { hash, limit, signal, clock, mayFetch });
      if (file) return file;
      elsewhere.from = clock.now() + avoidanceMs;
    }
    return (await get(path, limit, signal)).bytes;
  };
}
