import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { exchange, isPassing } from '@murmuration/protocol/sending/exchange';
import type { Clock } from '@murmuration/protocol/time/clock';
import { binaryHeaders, type LogEvent } from './event.ts';
import type { RequestLogSettings } from './settings.ts';
import type { LogSink } from './sink.ts';

/** Receiver of events over HTTP. */
export type HttpOptions = NonNullable<RequestLogSettings['http']>;

/** Maximum ms to wait for an answer. */
const timeoutMs = 10_000;
const server = 'The receiver of the request log';

/**
 * Sends events to a receiver of CloudEvents over HTTP, one per request, with its attributes as headers, as
 * KServe's logger does. An event may arrive twice, with the same id and type.
 */
export class HttpSink implements LogSink {
  readonly name = 'http';
  readonly #options: HttpOptions;
  readonly #clock: Clock;
  readonly #stop = new AbortController();

  constructor(options: HttpOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /**
   * Sends events. Throws `server.unreachable`, `server.stopping` once it is closed, and `inference.answer`
   * for a refusal that would be repeated.
   */
  async write(events: readonly LogEvent[]): Promise<number> {
    let sent = 0;
    for (const event of events) {
      try {
        await this.#post(event);
      } catch (error) {
        if (sent === 0) throw error;
        // The next attempt begins with this one.
        return sent;
      }
      sent += 1;
    }
    return sent;
  }

  async close(): Promise<void> {
    this.#stop.abort(new MurmurationError('server.stopping'));
  }

  async #post(event: LogEvent): Promise<void> {
    const { url, token } = this.#options;
    const headers = {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...binaryHeaders(event),
    };
    const answer = await exchange(
      url,
      { method: 'POST', redirect: 'manual', headers, body: event.data },
      { server, clock: this.#clock, stop: this.#stop.signal, limit: timeoutMs },
    );
    if (answer.ok) return;
    const { status } = answer;
    const detail = `${server} answered with the status ${status}.`;
    if (!isPassing(status)) throw new MurmurationError('inference.answer', detail);
    const seconds = /^\d{1,6}$/.exec(answer.headers.get('retry-after') ?? '')?.[0];
    throw new MurmurationError('server.unreachable', detail, { after: 1_000 * Number(seconds ?? 0) });
  }
}
