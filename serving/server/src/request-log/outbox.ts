import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { backOff } from '@murmuration/protocol/time/back-off';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { InferenceEvents } from '../server/events.ts';
import { untilAtMost } from '../server/waiting.ts';
import type { LogEvent } from './event.ts';
import type { LogSink } from './sink.ts';

/** Limits of events that wait for a sink. */
export interface OutboxLimits {
  /** Maximum events that wait or are being written; more are dropped. */
  readonly entries: number;
  /** Maximum bytes of these events. */
  readonly bytes: number;
  /** Maximum events that are written together. */
  readonly batch: number;
  /** Milliseconds that an event waits for others. */
  readonly delay: number;
}

export interface OutboxPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: InferenceEvents;
}

/** Milliseconds before the second attempt, doubled for each further one, and their maximum. */
const resendMs = { first: 200, longest: 30_000 };
/**
 * Attempts after which waiting events make room for new ones, since a sink that never takes them would block
 * all others.
 */
const attempts = 5;

/**
 * Queue of events for one sink: they wait while there is room, and one batch is written at a time. Events
 * without room are dropped at once.
 */
export class LogOutbox {
  readonly #sink: LogSink;
  readonly #limits: OutboxLimits;
  readonly #ports: OutboxPorts;
  readonly #waiting: LogEvent[] = [];
  #bytes = 0;
  #failures = 0;
  /** Milliseconds that the sink asked for before the next attempt. */
  #asked = 0;
  /** Timer of the next write; undefined during one. */
  #timer: Cancel | undefined;
  #isWriting = false;
  /** True if an event had no room since the last one was written or given up. */
  #isFull = false;
  #isClosing = false;
  #isOver = false;
  #idle: (() => void)[] = [];

  constructor(sink: LogSink, limits: OutboxLimits, ports: OutboxPorts) {
    this.#sink = sink;
    this.#limits = limits;
    this.#ports = ports;
  }

  /** Number of events that wait or are being written, and their bytes. */
  get pending(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#waiting.length, bytes: this.#bytes };
  }

  /** Adds an event, or drops it. */
  offer(event: LogEvent): void {
    const { entries, bytes, batch, delay } = this.#limits;
    if (this.#isClosing || this.#waiting.length >= entries || this.#bytes + event.bytes > bytes) {
      this.#isFull = true;
      this.drop(1, 'full');
      return;
    }
    this.#waiting.push(event);
    this.#bytes += event.bytes;
    if (this.#isWriting) return;
    // After a failure, only the timer starts the next attempt.
    if (this.#failures === 0 && this.#waiting.length >= batch) this.#writeSoon();
    else this.#timer ??= this.#after(delay);
  }

  /** Counts events that were never added, or are given up. */
  drop(events: number, reason: 'full' | 'failed'): void {
    if (events > 0) this.#ports.events.unlogged?.(this.#sink.name, events, reason);
  }

  /**
   * Writes what waits, each batch at most once more; gives up the rest after `patience` ms. Closes the sink.
   */
  async close(patience: number): Promise<void> {
    this.#isClosing = true;
    const { clock, events } = this.#ports;
    const end = clock.now() + patience;
    const idle = new Promise<void>(resolve => this.#idle.push(resolve));
    if (!this.#isWriting) this.#writeSoon();
    await untilAtMost(end, clock, idle);
    this.#isOver = true;
    this.#forget(this.#waiting.length, 'failed');
    const closed = this.#sink
      .close()
      .catch(error => events.fault?.(`closing the request log, ${this.#sink.name}`, error));
    await untilAtMost(end, clock, closed);
  }

  #after(ms: number): Cancel {
    const { clock } = this.#ports;
    return clock.at(clock.now() + ms, () => this.#writeSoon());
  }

  #writeSoon(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#isWriting = true;
    this.#write().finally(() => {
      this.#isWriting = false;
      if (this.#waiting.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
      else if (this.#isClosing) this.#writeSoon();
      else this.#timer = this.#after(this.#pause());
    });
  }

  async #write(): Promise<void> {
    const { batch } = this.#limits;
    const events = this.#waiting.slice(0, batch);
    if (events.length === 0) return;
    try {
      const written = await this.#sink.write(events);
      if (this.#isOver) return;
      this.#failures = 0;
      this.#release(written);
      if (written > 0) this.#ports.events.logged?.(this.#sink.name, written);
    } catch (error) {
      if (this.#isOver) return;
      this.#failures += 1;
      this.#asked = error instanceof MurmurationError ? (error.after ?? 0) : 0;
      const isFinal = error instanceof MurmurationError && !error.retryable;
      if (this.#failures === 1) this.#ports.events.fault?.(`the request log, ${this.#sink.name}`, error);
      const isHopeless = this.#isFull && this.#failures >= attempts;
      if (!isFinal && !this.#isClosing && !isHopeless) return;
      // The next events may succeed.
      this.#failures = 0;
      this.#forget(events.length, 'failed');
    }
  }

  /**
   * Returns ms until the next batch: longer after each failure, with jitter so that replicas don't retry
   * together.
   */
  #pause(): number {
    const { batch, delay } = this.#limits;
    if (this.#failures === 0) return this.#waiting.length >= batch ? 0 : delay;
    const pause = backOff(this.#failures - 1, resendMs, this.#ports.random);
    return Math.max(pause, Math.min(this.#asked, resendMs.longest));
  }

  #forget(events: number, reason: 'full' | 'failed'): void {
    const most = Math.min(events, this.#waiting.length);
    this.#release(most);
    this.drop(most, reason);
  }

  #release(events: number): void {
    if (events > 0) this.#isFull = false;
    for (const { bytes } of this.#waiting.splice(0, events)) this.#bytes -= bytes;
  }
}
