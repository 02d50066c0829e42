import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { readUpTo } from '@murmuration/protocol/sending/exchange';
import type { Clock } from '@murmuration/protocol/time/clock';
import { withDeadline } from '@murmuration/protocol/time/deadline';
import { sleep } from '@murmuration/protocol/time/sleep';

/**
 * Milliseconds before the second try; doubled before each further one, then drawn uniformly from 0 up (full
 * jitter).
 */
const firstRetryCeilingMs = 100;
const maxConnectionRetryMs = 10_000;
/** Maximum characters of a server's error text that are passed on. */
const maxErrorCharacters = 1_000;

export interface ConnectionOptions {
  /** Address of the server, without `/v2`. */
  readonly url: string;
  /** Inference token, or a function that returns one for each request. */
  readonly token: string | (() => string | Promise<string>) | undefined;
  /** Milliseconds for one try. */
  readonly timeout: number;
  /** Maximum tries after the first one. */
  readonly retries: number;
  /** Maximum bytes of an answer. */
  readonly largestAnswer: number;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly fetch: typeof fetch;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  /** Path after the address of the server, such as `v2/models`. */
  readonly path: string;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for one try, if different from the connection's. */
  readonly timeout?: number | undefined;
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * Requests to one inference server, with retries, a timeout for each try, and a limit on the size of an
 * answer.
 */
export class ServerConnection {
  readonly #options: ConnectionOptions;
  readonly #base: string;

  /** Throws `options.invalid` for an invalid address. */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    const url = URL.canParse(options.url) ? new URL(options.url) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '')
      throw new MurmurationError(
        'options.invalid',
        `url: expected the address of an inference server, such as https://models.example.org; found ${JSON.stringify(options.url)}.`,
      );
    let { href } = url;
    while (href.endsWith('/')) href = href.slice(0, -1);
    this.#base = `${href}/`;
  }

  /**
   * Sends a request; resolves with the answer if its status is in `expected`. Throws `inference.*`,
   * `request.*` and `server.*` by the result of the last try, and the reason of the call's signal once that
   * is aborted.
   */
  async send(call: Call, expected: readonly number[] = [200]): Promise<Received> {
    const { retries, clock } = this.#options;
    const signal = call.signal ?? new AbortController().signal;
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      try {
        const received = await this.#once(call, signal);
        if (expected.includes(received.status)) return received;
        throw asError(received, clock.now());
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof MurmurationError) || !error.retryable || attempt >= retries) throw error;
        await sleep(this.#pause(attempt, error.after), clock, signal);
      }
    }
  }

  async #once(call: Call, outer: AbortSignal): Promise<Received> {
    const { clock, timeout: standard, fetch, token, largestAnswer } = this.#options;
    const { method, path, body, headers } = call;
    const timeout = call.timeout ?? standard;
    const late = () =>
      new MurmurationError('server.no-answer', `The server did not answer within ${timeout} ms.`);
    try {
      return await withDeadline({ clock, limit: timeout, late, outer }, async signal => {
        const secret = typeof token === 'function' ? await token() : token;
        const response = await fetch(this.#base + path, {
          method,
          ...(body && { body }),
          headers: { ...headers, ...(secret !== undefined && { authorization: `Bearer ${secret}` }) },
          signal,
          // A token must not go to another server by a redirect.
          redirect: 'error',
          credentials: 'omit',
        });
        return {
          status: response.status,
          headers: response.headers,
          body: await readWhole(response, largestAnswer),
        };
      });
    } catch (cause) {
      if (cause instanceof MurmurationError) throw cause;
      throw new MurmurationError(
        'server.unreachable',
        `The inference server at ${this.#base} can't be reached.`,
        { cause },
      );
    }
  }

  #pause(attempt: number, after: number | undefined): number {
    const most = Math.min(firstRetryCeilingMs * 2 ** attempt, maxConnectionRetryMs);
    const share = (this.#options.random(1)[0] ?? 0) / 255;
    return Math.min(after ?? 0, 6 * maxConnectionRetryMs) + Math.round(share * most);
  }
}

async function readWhole(response: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const body = await readUpTo(response, most);
  if (body) return body;
  throw new MurmurationError('inference.answer', `The answer is larger than the limit of ${most} bytes.`);
}

const codes: Readonly<Partial<Record<number, ErrorCode>>> = {
  400: 'inference.input',
  401: 'inference.unauthenticated',
  403: 'inference.forbidden',
  404: 'model.missing',
  413: 'request.too-large',
  429: 'request.too-often',
  501: 'inference.unsupported',
  504: 'server.no-answer',
};

function asError({ status, headers, body }: Received, now: number): MurmurationError {
  const code = codes[status] ?? (status >= 502 ? 'inference.unavailable' : 'inference.answer');
  const after = afterOf(headers.get('retry-after'), now);
  return new MurmurationError(code, textOf(body) ?? `The server answered with the status ${status}.`, {
    ...(after !== undefined && { after }),
  });
}

/** Error text of a server: `{"error": …}`, or the detail of a problem document (RFC 9457). */
function textOf(body: Uint8Array): string | undefined {
  try {
    const { error, detail } = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
    const text = error ?? detail;
    return typeof text === 'string' ? text.slice(0, maxErrorCharacters) : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds of a Retry-After header, from seconds or a date (RFC 9110 § 10.2.3). */
function afterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const time = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(time) ? Math.max(0, time) : undefined;
}
