import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { exchange, isPassing as isPassingStatus, jsonIn } from '@murmuration/protocol/sending/exchange';
import { Resender } from '@murmuration/protocol/sending/resender';
import { backOff } from '@murmuration/protocol/time/back-off';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CountingPlan } from './drift/counting-plan.ts';
import type { Counting, FeedbackResult, Monitor, MonitorEvents, WindowSums } from './monitor.ts';
import type { Outcome } from './outcome.ts';
import { keyOf } from './version-key.ts';

export interface HttpMonitorOptions {
  /** URL of the coordinator. */
  readonly url: string;
  readonly token: string;
}

interface Ports {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events?: MonitorEvents;
}

/** Maximum windows and outcomes that wait for the coordinator; the oldest are dropped. */
const maxWaitingWindows = 600;
const maxWaitingOutcomes = 10_000;
/** Maximum ms to wait for an answer, and for closing. */
const monitorTimeoutMs = 10_000;
const resendMs = { first: 500, longest: 60_000 };
/** Maximum bytes of an answer that are read; counting plans are the longest content. */
const maxMonitorAnswerLength = 4 << 20;
/** Maximum versions whose counting plans are kept. */
const maxPlannedVersions = 1_000;

/**
 * Monitor at a remote coordinator. Windows are sent one after the other; one whose answer was lost is sent
 * again, and its number lets the coordinator count it once. While the coordinator is away, windows and
 * outcomes wait, within bounds.
 */
export class HttpMonitor implements Monitor {
  readonly #options: HttpMonitorOptions;
  readonly #ports: Ports;
  readonly #windows: WindowSums[] = [];
  readonly #outcomes: Outcome[] = [];
  readonly #countings = new BoundedMap<string, Counting>(maxPlannedVersions);
  readonly #stop = new AbortController();
  readonly #resender: Resender;

  constructor({ url, token }: HttpMonitorOptions, ports: Ports) {
    this.#options = { url: url.replace(/(?<!\/)\/+$/, ''), token };
    this.#ports = ports;
    this.#resender = new Resender({
      clock: ports.clock,
      drain: () => this.#drain(),
      pause: failures => backOff(failures, resendMs, ports.random),
      failed: error => ports.events?.fault?.('telling the coordinator', error),
    });
  }

  /** Number of windows and outcomes not sent yet. */
  get waiting(): number {
    return this.#windows.length + this.#outcomes.length;
  }

  /** Returns the coordinator's last word on counting; before that, values are sent. */
  counting(model: string, version: string): Counting {
    return this.#countings.get(keyOf(model, version)) ?? 'values';
  }

  window(sums: WindowSums): void {
    this.#windows.push(sums);
    this.#bound(this.#windows, maxWaitingWindows);
    this.#resender.send();
  }

  /** Sends an outcome to the coordinator; `queued` if that is away. Throws if the coordinator refuses it. */
  async feedback(outcome: Outcome): Promise<FeedbackResult> {
    // The prediction may be in a window that is still being sent.
    await this.#resender.idle();
    if (this.#windows.length === 0 && this.#outcomes.length === 0) {
      try {
        return (await this.#post('/v1/feedback', outcome)).result === 'repeated' ? 'repeated' : 'joined';
      } catch (error) {
        if (!isPassing(error)) throw error;
        this.#resender.failed(error);
      }
    }
    this.#outcomes.push(outcome);
    this.#bound(this.#outcomes, maxWaitingOutcomes);
    this.#ports.events?.feedback?.('queued');
    this.#resender.send();
    return 'queued';
  }

  async close(): Promise<void> {
    const { clock, events } = this.#ports;
    const cancel = clock.at(clock.now() + monitorTimeoutMs, () => this.#stop.abort());
    await this.#resender.close(true);
    cancel();
    this.#stop.abort();
    if (this.waiting > 0) events?.lost?.(this.waiting);
  }

  #bound(list: unknown[], most: number): void {
    if (list.length <= most) return;
    list.splice(0, list.length - most);
    this.#ports.events?.lost?.(1);
  }

  async #drain(): Promise<void> {
    for (let [next] = this.#windows; next; [next] = this.#windows) {
      const answer = await this.#try('/v1/monitor/windows', next, isAway);
      this.#hear(answer?.countings);
      if (this.#windows[0] === next) this.#windows.shift();
    }
    for (let [next] = this.#outcomes; next; [next] = this.#outcomes) {
      await this.#try('/v1/feedback', next, isPassing);
      if (this.#outcomes[0] === next) this.#outcomes.shift();
    }
  }

  /**
   * Stores the counting plans that the coordinator sent. It is trusted as with models; malformed ones are
   * ignored.
   */
  #hear(countings: unknown): void {
    if (!Array.isArray(countings)) return;
    for (const { model, version, counting } of countings as {
      model: string;
      version: string;
      counting: Counting;
    }[])
      if (isCounting(counting)) this.#countings.set(keyOf(String(model), String(version)), counting);
  }

  /**
   * Sends one item. Drops it and returns undefined if the coordinator refuses it for good; throws if a retry
   * may help.
   */
  async #try(path: string, body: object, mayPass: (error: unknown) => boolean): Promise<Answer | undefined> {
    try {
      return await this.#post(path, body);
    } catch (error) {
      if (mayPass(error)) throw error;
      this.#ports.events?.lost?.(1);
      this.#ports.events?.fault?.('telling the coordinator', error);
      return undefined;
    }
  }

  async #post(path: string, body: object): Promise<Answer> {
    const { url, token } = this.#options;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = await exchange(
      url + path,
      { method: 'POST', headers, body: JSON.stringify(body) },
      {
        server: `The coordinator at ${url}`,
        clock: this.#ports.clock,
        stop: this.#stop.signal,
        limit: monitorTimeoutMs,
        most: maxMonitorAnswerLength,
      },
    );
    const read: Answer = jsonIn(answer);
    if (answer.ok) return read;
    throw refusalOf(answer.status, read.error);
  }
}

function isAway(error: unknown): boolean {
  return error instanceof MurmurationError && error.retryable;
}

/**
 * Returns true if an outcome should wait, also for a corrected token. A window that is refused would block
 * those behind it, which may be about other models.
 */
function isPassing(error: unknown): boolean {
  return isAway(error) || (error instanceof MurmurationError && error.code === 'inference.forbidden');
}

interface Answer {
  readonly result?: unknown;
  readonly error?: unknown;
  readonly countings?: unknown;
}

function isCounting(value: unknown): value is Counting {
  if (typeof value === 'string') return value === 'values' || value === 'nothing';
  const { id, features } = (value ?? {}) as Partial<CountingPlan>;
  return typeof id === 'string' && typeof features === 'object' && features !== null;
}

function refusalOf(status: number, error: unknown): MurmurationError {
  const detail = typeof error === 'string' ? error : `The coordinator answered HTTP ${status}.`;
  if (status === 404) return new MurmurationError('request.not-found', detail);
  if (status === 409) return new MurmurationError('feedback.conflict', detail);
  if (status === 400) return new MurmurationError('inference.input', detail);
  if (status === 401 || status === 403)
    return new MurmurationError(
      status === 401 ? 'inference.unavailable' : 'inference.forbidden',
      `The coordinator does not take what this replica tells it: ${detail}`,
    );
  return new MurmurationError(isPassingStatus(status) ? 'server.unreachable' : 'inference.answer', detail);
}
