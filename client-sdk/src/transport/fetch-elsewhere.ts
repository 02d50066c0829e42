import { hex } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { fileAddress } from '@murmuration/protocol/messages/elsewhere';
import type { Clock } from '@murmuration/protocol/time/clock';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import * as z from 'zod/mini';
import type { nativeExchange } from './native-exchange.ts';

/** ms that an answer may take to begin, and that a MiB of what is expected may take besides. */
const patience = 15_000;
const patienceForMebibyte = 16_000;

/** What is fetched. */
export interface Wanted {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string;
  /** Bytes at most. */
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly mayFetch: (address: URL) => boolean;
}

/**
 * The file at the address that a coordinator has answered with, once it is the one that is wanted; undefined where it can't be had there, for
 * whatever reason. It shows nothing of the device there, and names the address nowhere: it is a secret. Throws the reason of `signal` once
 * that is aborted.
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
  const cancel = clock.at(clock.now() + patience + (patienceForMebibyte * limit) / 2 ** 20, () =>
    end.abort(),
  );
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { status, bytes } = await exchange(address, { method: 'GET', signal: end.signal }, limit);
    if (status === 200 && bytes && (await hashOf(bytes)) === hash) return bytes;
  } catch {
    // No connection, a redirect, a policy of the page, half a body, too late: it comes from the coordinator.
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

/** By the platform, where it has it: there may be many bytes, and others wait for this thread. */
async function hashOf(bytes: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) return contentHash(bytes);
  return hex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}
