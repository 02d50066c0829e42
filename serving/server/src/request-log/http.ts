import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { binaryHeaders, type LogEvent } from './event.ts';
import type { LogSink } from './sink.ts';

/** Receiver of events over HTTP. */
export interface HttpOptions {
  readonly url: string;
  /** Token for `Authorization: Bearer`; null: none. */
  readonly token: string | null;
}

/** Maximum ms to wait for an answer. */
const timeoutMs = 10_000;

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
    const late = new AbortController();
    const cancel = this.#clock.at(this.#clock.now() + timeoutMs, () => late.abort());
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.any([this.#stop.signal, late.signal]),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'murmuration',
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...binaryHeaders(event),
        },
        body: event.data,
      });
      await response.body?.cancel();
      if (!response.ok) throw refusal(response);
    } catch (error) {
      if (error instanceof MurmurationError) throw error;
      const reason = late.signal.aborted ? `gave no answer within ${timeoutMs} ms` : 'can not be reached';
      throw new MurmurationError('server.unreachable', `What takes the request log ${reason}.`, {
        cause: error,
      });
    } finally {
      cancel();
    }
  }
}

function refusal({ status, headers }: Response): MurmurationError {
  const detail = `What takes the request log answered with the status ${status}.`;
  // The receiver may only be busy or slow.
  const isPassing = status >= 500 || status === 408 || status === 425 || status === 429;
  if (!isPassing) return new MurmurationError('inference.answer', detail);
  const seconds = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '')?.[0];
  return new MurmurationError('server.unreachable', detail, { after: 1_000 * Number(seconds ?? 0) });
}
