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

/** Longest problem document or receipt, bytes. */
export const maxAnswerLength = 65_536;

/** What is ours in a problem document (RFC 9457). */
const problem = z.object({ code: z.string(), detail: z.string(), retryable: z.boolean() });

/** What `fetch` is given to send for bytes. */
export type BodyOf = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | Blob;

/**
 * The bulk of a transport to the coordinator at `base`, over the platform's `fetch`. `elsewhere`: where else it may fetch files from; left out,
 * nowhere.
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

/** The header that shows a token, where there is one. */
export const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** Whether an answer says where a file is, as it was asked for. */
export const isAddressIn = (
  { headers }: { readonly headers: Pick<Headers, 'get'> },
  accept: string | undefined,
): boolean => accept !== undefined && headers.get('content-type')?.split(';')[0] === addressType;

/** A request to somebody who is to learn nothing of the device, its app or its page. */
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
  // Whoever answers could name any other address: bytes and tokens go to the coordinator's alone.
  const response = await connection(init.signal, () => fetch(url, { ...init, redirect: 'error' }));
  if (response.ok) return response;
  const body = await readBody(response, maxAnswerLength, init.signal);
  throw problemOf(response, body);
}

/** Does what fails where the connection fails, and says so by a code. */
async function connection<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    signal.throwIfAborted();
    throw new MurmurationError('server.unreachable', undefined, { cause });
  }
}

/** The bytes of an answer; undefined, and no more read, as soon as they are more than `limit`. */
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

/** The error that a problem document names; any other answer counts as that of something between us and the coordinator. */
export function problemOf(
  { status, headers }: { readonly status: number; readonly headers: Pick<Headers, 'get'> },
  body: Uint8Array | undefined,
): MurmurationError {
  const after = millisecondsOf(headers.get('retry-after'));
  const parsed = z.safeParse(problem, body && parseJson(body), { jitless: true });
  if (parsed.success) return errorOf({ ...parsed.data, after });
  return new MurmurationError('server.unreachable', `The answer was HTTP ${status}.`, { after });
}

/** `Retry-After` in seconds, as ms; its other form, a date, says nothing to a device whose clock may be wrong. */
function millisecondsOf(seconds: string | null): number | undefined {
  return seconds !== null && /^\d{1,5}$/.test(seconds) ? 1_000 * Number(seconds) : undefined;
}
