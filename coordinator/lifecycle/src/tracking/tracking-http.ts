import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type ExchangeBounds, exchange, isPassing, jsonIn } from '@murmuration/protocol/sending/exchange';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Redacted } from '@murmuration/rounds/tokens/secret';
import * as z from 'zod';
import { TrackingRefusal } from './refusal.ts';

/** ms that an answer may take by default. */
const defaultTimeoutMs = 15_000;
/** Most bytes of an answer that are read. */
const maxReadBytes = 8 << 20;

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
  readonly #ports: Pick<ExchangeBounds, 'clock' | 'stop'>;

  constructor(server: string, address: TrackingAddress, clock: Clock, stop: AbortSignal) {
    this.#server = `The ${server} server`;
    this.#address = address;
    this.#ports = { clock, stop };
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
    const headers = {
      ...(body !== undefined && { 'content-type': type }),
      ...(token && { authorization: `Bearer ${token.reveal()}` }),
    };
    const answer = await exchange(
      url + path,
      { method, headers, ...(body !== undefined && { body }) },
      { server: this.#server, ...this.#ports, limit: wait, most: maxReadBytes },
    );
    const read = jsonIn(answer);
    if (answer.ok) return read;
    throw this.#refusal(answer.status, read);
  }

  #refusal(status: number, answer: unknown): Error {
    const found = failure.safeParse(answer);
    const text = found.data?.message ?? `HTTP ${status}`;
    // A refused token may be replaced, so its operations wait and none is lost.
    if (isPassing(status) || status === 401 || status === 403)
      return new MurmurationError('server.unreachable', `${this.#server} answered HTTP ${status}.`);
    return new TrackingRefusal(found.data?.error_code ?? `HTTP_${status}`, text.slice(0, 500), status);
  }
}
