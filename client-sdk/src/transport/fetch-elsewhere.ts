import { hex } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { fileAddress } from '@murmuration/protocol/messages/elsewhere';
import type { Clock } from '@murmuration/protocol/time/clock';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import * as z from 'zod/mini';
import type { nativeExchange } from './native-exchange.ts';

/** Most ms until an answer begins; `timeoutMsPerMebibyte`: further ms for each expected MiB. */
const firstByteTimeoutMs = 15_000;
const slowestMsPerMebibyte = 16_000;

export interface Wanted {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string;
  /** Most bytes. */
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly mayFetch: (address: URL) => boolean;
}

/**
 * Fetches the file at the address in a coordinator's answer, and checks its hash; undefined for any failure.
 * Reveals nothing about the device there, and reports the address nowhere: it is a secret. Throws the reason
 * of `signal` once it is aborted.
 */
export async function fetchElsewhere(
  answer: Uint8Array,
  { hash, limit, signal, clock, mayFetch }: Wanted,
  exchange: (...args: Parameters<typeof nativeExchange>) => ReturnType<typeof nativeExchange>,
): Promise<Uint8Array | undefined> {
  const address = addressIn(answer);
  if (!address || !mayFetch(address)) return undefined;
  const end = new AbortController();
  const stop = () => end.abort(signal.reason);
  const cancel = clock.at(clock.now() + firstByteTimeoutMs + (slowestMsPerMebibyte * limit) / 2 ** 20, () =>
    end.abort(),
  );
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { status, bytes } = await exchange(address, { method: 'GET', signal: end.signal }, limit);
    if (status === 200 && bytes && (await hashOf(bytes)) === hash) return bytes;
  } catch {
    // No connection, a redirect, a page's policy, half a body, or too late: the coordinator has the file.
  } finally {
    cancel();
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  return undefined;
}

function addressIn(answer: Uint8Array): URL | undefined {
  const { data } = z.safeParse(fileAddress, parseJson(answer), { jitless: true });
  if (!data || !URL.canParse(data.url)) return undefined;
  const address = new URL(data.url);
  return address.username || address.password ? undefined : address;
}

/** Hashes with WebCrypto if available: many bytes would block this thread. */
async function hashOf(bytes: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) return contentHash(bytes);
  return hex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}
