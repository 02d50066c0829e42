import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Redacted } from '@murmuration/rounds/tokens/secret';
import * as z from 'zod';
import { TrackingRefusal } from './refusal.ts';

/** ms that an answer may take by default. */
const defaultTimeoutMs = 15_000;
/** Most characters of an answer that are read. */
const maxReadCharacters = 8 << 20;

const failure = z.object({
  error_code: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

export interface TrackingAddress {
  /** URL without a trailing slash. */
  readonly url: string;
  readonly token?: Redacted | undefined;
}

/** HTTP client of a tracking server; `server` is its name in errors. */
export class TrackingHttp {
  readonly #server: string;
  readonly #address: TrackingAddress;
  readonly #clock: Clock;
  readonly #stop: AbortSignal;

  constructor(server: string, address: TrackingAddress, clock: Clock, stop: AbortSignal) {
    this.#server = server;
    this.#address = address;
    this.#clock = clock;
    this.#stop = stop;
  }

  /**
   * Sends a request and returns the JSON of the answer; an empty object if it has none. `wait` is the ms
   * that it may take. Throws `server.unreachable` for temporary failures, and `TrackingRefusal` for requests
   * that the server refuses.
   */
  async send(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | undefined,
    type = 'application/json',
    wait = defaultTimeoutMs,
  ): Promise<unknown> {
    const { url, token } = this.#address;
    const late = new AbortController();
    const cancel = this.#clock.at(this.#clock.now() + wait, () => late.abort());
    try {
      const response = await fetch(url + path, {
        method,
        redirect: 'error',
        signal: AbortSignal.any([this.#stop, late.signal]),
        headers: {
          'user-agent': 'murmuration',
          ...(body !== undefined && { 'content-type': type }),
          ...(token && { authorization: `Bearer ${token.reveal()}` }),
        },
        ...(body !== undefined && { body }),
      });
      const answer = await read(response);
      if (response.ok) return answer;
      throw this.#refusal(response.status, answer);
    } catch (cause) {
      if (cause instanceof TrackingRefusal || cause instanceof MurmurationError) throw cause;
      throw new MurmurationError('server.unreachable', `The ${this.#server} server does not answer.`, {
        cause,
      });
    } finally {
      cancel();
    }
  }

  #refusal(status: number, answer: unknown): Error {
    const found = failure.safeParse(answer);
    const text = found.data?.message ?? `HTTP ${status}`;
    const isPassing = status >= 500 || status === 408 || status === 429;
    // A refused token may be replaced, so its operations wait and none is lost.
    if (isPassing || status === 401 || status === 403)
      return new MurmurationError(
        'server.unreachable',
        `The ${this.#server} server answered HTTP ${status}.`,
      );
    return new TrackingRefusal(found.data?.error_code ?? `HTTP_${status}`, text.slice(0, 500), status);
  }
}

async function read(response: Response): Promise<unknown> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > maxReadCharacters) break;
  }
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}
