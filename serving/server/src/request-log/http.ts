import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { binaryHeaders, type LogEvent, structured } from './event.ts';
import type { LogSink } from './sink.ts';

/** Receiver of events over HTTP. */
export interface HttpOptions {
  readonly url: string;
  /** Token for `Authorization: Bearer`; null: none. */
  readonly token: string | null;
  /**
   * `binary`: one event per request, with its attributes as headers, as KServe's logger does; `batch`: a JSON
   * list of events.
   */
  readonly format: 'binary' | 'batch';
  /** Maximum ms to wait for an answer. */
  readonly timeout: number;
}

/**
 * Sends events to a receiver of CloudEvents over HTTP. An event may arrive twice, with the same id and type.
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
    if (this.#options.format === 'batch') {
      await this.#post('application/cloudevents-batch+json', {}, `[${events.map(structured).join(',')}]`);
      return events.length;
    }
    let sent = 0;
    for (const event of events) {
      try {
        await this.#post('application/json', binaryHeaders(event), event.data);
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

  async #post(type: string, headers: Readonly<Record<string, string>>, body: string): Promise<void> {
    const { url, token, timeout } = this.#options;
    const late = new AbortController();
    const cancel = this.#clock.at(this.#clock.now() + timeout, () => late.abort());
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.any([this.#stop.signal, late.signal]),
        headers: {
          'content-type': type,
          'user-agent': 'murmuration',
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        body,
      });
      await response.body?.cancel();
      if (!response.ok) throw refusal(response);
    } catch (error) {
      if (error instanceof MurmurationError) throw error;
      const reason = late.signal.aborted ? `gave no answer within ${timeout} ms` : 'can not be reached';
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
