import { base64url, concatBytes } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { maskedHeader } from '@murmuration/protocol/messages/channel';
import { addressType } from '@murmuration/protocol/messages/elsewhere';
import { errorOf } from '@murmuration/protocol/messages/frame';
import * as z from 'zod/mini';
import { under } from './address.ts';
import { fromElsewhere } from './elsewhere.ts';
import type { Transport, TransportPlatform } from './transport.ts';

/** Bytes of the longest problem document or receipt. */
export const maxAnswerLength = 65_536;

/** Members of a problem document (RFC 9457) that the coordinator sets. */
const problem = z.object({ code: z.string(), detail: z.string(), retryable: z.boolean() });

/** Returns the body that `fetch` sends for bytes. */
export type BodyOf = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | Blob;

/**
 * Returns the bulk part of a transport to the coordinator at `base`, over the platform's `fetch`.
 * `elsewhere`: other places to fetch files from; undefined allows none.
 */
export function bulkTransport(
  base: URL,
  bodyOf: BodyOf = bytes => bytes,
  readToken?: string,
  elsewhere?: Pick<TransportPlatform, 'clock' | 'mayFetch' | 'elsewhere'>,
): Pick<Transport, 'download' | 'upload'> {
  const get = async (path: string, limit: number, signal: AbortSignal, accept?: string) => {
    const headers = { ...bearer(readToken), ...(accept && { accept }) };
    const response = await reach(under(base, path), { headers, signal });
    const isAddress = isAddressIn(response, accept);
    const bytes = await readBody(response, isAddress ? maxAnswerLength : limit, signal);
    if (bytes === undefined)
      throw new MurmurationError('model.unusable', `${path} has more than the ${limit} bytes expected.`);
    return { bytes, isAddress };
  };
  return {
    download: elsewhere
      ? fromElsewhere(get, elsewhere, async () => {
          const { fetchElsewhere } = await import('./fetch-elsewhere.ts');
          return (answer, wanted) => fetchElsewhere(answer, wanted, fetchOnce);
        })
      : async (...args) => (await get(...args)).bytes,
    async upload(path, { token, signature }, bytes, signal) {
      const response = await reach(under(base, path), {
        method: 'PUT',
        headers: {
          'content-type': 'application/octet-stream',
          authorization: `Bearer ${base64url(token)}`,
          ...(signature && { [maskedHeader]: base64url(signature) }),
        },
        body: bodyOf(bytes as Uint8Array<ArrayBuffer>),
        signal,
      });
      await readBody(response, maxAnswerLength, signal);
    },
  };
}

/** Returns the header with a token, or none. */
export const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** Returns true if an answer is the address of a file, as the request accepted. */
export const isAddressIn = (
  { headers }: { readonly headers: Pick<Headers, 'get'> },
  accept: string | undefined,
): boolean => accept !== undefined && headers.get('content-type')?.split(';')[0] === addressType;

/** Requests a file without revealing the device, its app or its page. */
async function fetchOnce(url: URL, { signal }: { signal: AbortSignal }, limit: number) {
  const response = await fetch(url, {
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    signal,
  });
  const { status, headers } = response;
  return { status, headers, bytes: await readBody(response, limit, signal) };
}

async function reach(url: URL, init: RequestInit & { signal: AbortSignal }): Promise<Response> {
  // A redirect could name any address: bytes and tokens go only to the coordinator.
  const response = await connection(init.signal, () => fetch(url, { ...init, redirect: 'error' }));
  if (response.ok) return response;
  const body = await readBody(response, maxAnswerLength, init.signal);
  throw problemOf(response, body);
}

/** Runs `work`; a failure of the connection throws `server.unreachable`. */
async function connection<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    signal.throwIfAborted();
    throw new MurmurationError('server.unreachable', undefined, { cause });
  }
}

/** Returns the bytes of an answer; undefined, without reading on, if they exceed `limit`. */
export async function readBody(
  response: Response,
  limit: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await connection(signal, () => reader.read());
    if (done) return concatBytes(...parts);
    length += value.length;
    if (length > limit) {
      await reader.cancel().catch(() => {});
      return undefined;
    }
    parts.push(value);
  }
}

/**
 * Returns the error of a problem document; any other answer is
 * `server.unreachable`, from something in between.
 */
export function problemOf(
  { status, headers }: { readonly status: number; readonly headers: Pick<Headers, 'get'> },
  body: Uint8Array | undefined,
): MurmurationError {
  const after = millisecondsOf(headers.get('retry-after'));
  const parsed = z.safeParse(problem, body && parseJson(body), { jitless: true });
  if (parsed.success) return errorOf({ ...parsed.data, after });
  return new MurmurationError('server.unreachable', `The answer was HTTP ${status}.`, { after });
}

/**
 * Converts `Retry-After` in seconds to ms; its other form, a date, is useless with a clock that may be wrong.
 */
function millisecondsOf(seconds: string | null): number | undefined {
  return seconds !== null && /^\d{1,5}$/.test(seconds) ? 1_000 * Number(seconds) : undefined;
}
