import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { CountingPlan } from './drift/counting-plan.ts';
import type { Counting, FeedbackResult, Monitor, MonitorEvents, WindowSums } from './monitor.ts';
import type { Outcome } from './outcome.ts';

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
const answerTimeoutMs = 10_000;
const firstResendMs = 500;
const maxResendMs = 60_000;
/** Maximum characters of an answer that are read; counting plans are the longest content. */
const maxAnswerLength = 4 << 20;
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
  #failures = 0;
  #sending: Promise<void> | undefined;
  #cancel: Cancel | undefined;

  constructor({ url, token }: HttpMonitorOptions, ports: Ports) {
    this.#options = { url: url.replace(/(?<!\/)\/+$/, ''), token };
    this.#ports = ports;
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
    if (!this.#cancel) this.#send();
  }

  /** Sends an outcome to the coordinator; `queued` if that is away. Throws if the coordinator refuses it. */
  async feedback(outcome: Outcome): Promise<FeedbackResult> {
    // The prediction may be in a window that is still being sent.
    await this.#sending;
    if (this.#windows.length === 0 && this.#outcomes.length === 0) {
      try {
        return (await this.#post('/v1/feedback', outcome)).result === 'repeated' ? 'repeated' : 'joined';
      } catch (error) {
        if (!isPassing(error)) throw error;
        this.#failed(error);
      }
    }
    this.#outcomes.push(outcome);
    this.#bound(this.#outcomes, maxWaitingOutcomes);
    this.#ports.events?.feedback?.('queued');
    this.#wait();
    return 'queued';
  }

  async close(): Promise<void> {
    this.#pause();
    const { clock } = this.#ports;
    const cancel = clock.at(clock.now() + answerTimeoutMs, () => this.#stop.abort());
    this.#send();
    await this.#sending;
    cancel();
    this.#stop.abort();
    this.#pause();
    if (this.waiting > 0) this.#ports.events?.lost?.(this.waiting);
  }

  /** Cancels the retry timer. */
  #pause(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #bound(list: unknown[], most: number): void {
    if (list.length <= most) return;
    list.splice(0, list.length - most);
    this.#ports.events?.lost?.(1);
  }

  #send(): void {
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = undefined;
    });
  }

  async #drain(): Promise<void> {
    try {
      for (let [next] = this.#windows; next; [next] = this.#windows) {
        const answer = await this.#try('/v1/monitor/windows', next, isAway);
        this.#hear(answer?.countings);
        if (this.#windows[0] === next) this.#windows.shift();
      }
      for (let [next] = this.#outcomes; next; [next] = this.#outcomes) {
        await this.#try('/v1/feedback', next, isPassing);
        if (this.#outcomes[0] === next) this.#outcomes.shift();
      }
      this.#failures = 0;
    } catch (error) {
      this.#failed(error);
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

  #failed(error: unknown): void {
    // One fault is enough for several failures.
    if (this.#failures === 0) this.#ports.events?.fault?.('telling the coordinator', error);
    this.#failures += 1;
    this.#wait();
  }

  /** Schedules a retry: twice as long after each failure, times a random factor from 0.5 to 1. */
  #wait(): void {
    if (this.#cancel || this.#stop.signal.aborted) return;
    const { clock, random } = this.#ports;
    const whole = Math.min(maxResendMs, firstResendMs * 2 ** Math.min(this.#failures, 20));
    const [draw = 0] = random(1);
    this.#cancel = clock.at(clock.now() + Math.round(whole * (0.5 + draw / 510)), () => {
      this.#cancel = undefined;
      this.#send();
    });
  }

  async #post(path: string, body: object): Promise<Answer> {
    const { clock } = this.#ports;
    const late = new AbortController();
    const cancel = clock.at(clock.now() + answerTimeoutMs, () => late.abort());
    try {
      const response = await fetch(this.#options.url + path, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.any([this.#stop.signal, late.signal]),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#options.token}` },
        body: JSON.stringify(body),
      });
      const answer = await readAnswer(response);
      if (response.ok) return answer;
      throw refusalOf(response.status, answer.error);
    } catch (cause) {
      if (cause instanceof MurmurationError) throw cause;
      throw new MurmurationError(
        'server.unreachable',
        `The coordinator at ${this.#options.url} does not answer.`,
        { cause },
      );
    } finally {
      cancel();
    }
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

function keyOf(model: string, version: string): string {
  return JSON.stringify([model, version]);
}

async function readAnswer(response: Response): Promise<Answer> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > maxAnswerLength) break;
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
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
  const isPassing = status >= 500 || status === 408 || status === 429;
  return new MurmurationError(isPassing ? 'server.unreachable' : 'inference.answer', detail);
}
