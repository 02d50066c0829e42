import { joinBytes } from '../encoding/bytes.ts';
import { parseJson } from '../encoding/json.ts';
import { MurmurationError } from '../errors/errors.ts';
import type { Clock } from '../time/clock.ts';
import { withDeadline } from '../time/deadline.ts';

/** Bounds of a request to a server that an operator named. */
export interface ExchangeBounds {
  /** Name of the server in errors, such as `The MLflow server`. */
  readonly server: string;
  readonly clock: Clock;
  /** Ends the request once it is aborted. */
  readonly stop: AbortSignal;
  /** ms that the answer may take. */
  readonly limit: number;
  /** Most bytes of the answer that are read; none by default. */
  readonly most?: number;
}

/** Answer of a server. */
export interface Exchanged extends Pick<Response, 'ok' | 'status' | 'headers'> {
  /** Undefined if it is longer than the limit. */
  readonly body: Uint8Array | undefined;
}

/**
 * Sends a request once. A redirect is never followed, and is a failure unless `redirect` is `manual`. Throws
 * `server.unreachable`, whose cause `whyUnanswered` tells, or the reason of `stop`.
 */
export async function exchange(
  url: string,
  init: RequestInit,
  { server, clock, stop, limit, most = 0 }: ExchangeBounds,
): Promise<Exchanged> {
  const late = () => new MurmurationError('server.no-answer', `no answer within ${limit / 1_000} s`);
  try {
    return await withDeadline({ clock, limit, late, outer: stop }, async signal => {
      const sent = { 'user-agent': 'murmuration', ...init.headers };
      const response = await fetch(url, { redirect: 'error', ...init, headers: sent, signal });
      const { ok, status, headers } = response;
      return { ok, status, headers, body: await readUpTo(response, most) };
    });
  } catch (cause) {
    stop.throwIfAborted();
    throw new MurmurationError('server.unreachable', `${server} does not answer: ${whyUnanswered(cause)}.`, {
      cause,
    });
  }
}

/** Returns the body of an answer; undefined if it has more than `most` bytes, whose rest is not read. */
export async function readUpTo(
  { body }: Pick<Response, 'body'>,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // Not all browsers iterate over streams.
  const reader = body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      return undefined;
    }
    parts.push(value);
  }
  return joinBytes(parts);
}

/** Returns the JSON object in an answer; an empty one if there is none. */
export function jsonIn({ body }: Pick<Exchanged, 'body'>): object {
  const value = body && parseJson(body);
  return typeof value === 'object' && value !== null ? value : {};
}

/** True for the status of a server that may only be busy or slow. */
export function isPassing(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

/** Returns why a request had no answer, without the address, which may contain a secret. */
export function whyUnanswered(error: unknown): string {
  if (error instanceof MurmurationError) return error.detail;
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed';
}

/** True for an http or https address without user, password and fragment. */
export function isHttpAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash, hostname } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + hash === '' && hostname !== '';
}
