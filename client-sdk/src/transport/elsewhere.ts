import { acceptsAddress } from '@murmuration/protocol/messages/elsewhere';
import type { Wanted } from './fetch-elsewhere.ts';
import type { Transport, TransportPlatform } from './transport.ts';

/** ms for which files come from the coordinator after one that did not come from elsewhere. */
const pause = 3_600_000;

/** What a coordinator answers to a download: a file, or where it is. */
export interface Downloaded {
  readonly bytes: Uint8Array;
  readonly isAddress: boolean;
}

/** A download that shows `accept`, where it is given. */
type Get = (...args: [...Parameters<Transport['download']>, accept?: string]) => Promise<Downloaded>;

/** The file at the address in an answer; undefined where it is not to be had there. */
type FetchFile = (answer: Uint8Array, wanted: Wanted) => Promise<Uint8Array | undefined>;

/**
 * Downloads of which the coordinator may say where else they are: files named by their SHA-256. What does not come from there as it should
 * comes from the coordinator after all.
 */
export function fromElsewhere(
  get: Get,
  { clock, mayFetch, elsewhere = { from: 0 } }: Pick<TransportPlatform, 'clock' | 'mayFetch' | 'elsewhere'>,
  /** Loaded once it is needed. */
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
      elsewhere.from = clock.now() + pause;
    }
    return (await get(path, limit, signal)).bytes;
  };
}
