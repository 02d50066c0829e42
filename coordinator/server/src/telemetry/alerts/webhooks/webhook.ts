import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { Resender } from '@murmuration/protocol/sending/resender';
import type { Clock } from '@murmuration/protocol/time/clock';
import { type DeliveryOutcome, deliver } from './delivery.ts';
import type { Notice } from './notice.ts';
import type { WebhookSettings } from './settings.ts';

/** Milliseconds from a failed attempt to the next one: six attempts within about two hours. */
const pauses = [5_000, 30_000, 5 * 60_000, 30 * 60_000, 90 * 60_000];
/** Maximum number of waiting notices; the oldest ones are dropped. */
const mostNotices = 100;

export interface WebhookPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Called when a notice was delivered, or abandoned with the reason `failure`. */
  readonly settled: (host: string, failure: string | null) => void;
}

/** State of deliveries to an address. */
export interface WebhookState {
  readonly host: string;
  /** Time of the last delivery, in ms since 1970. */
  readonly deliveredAt: number | null;
  readonly failure: string | null;
}

/** Sends alerts to one address: one notice after the other, each until it is accepted or abandoned. */
export class Webhook {
  readonly #settings: WebhookSettings;
  readonly #ports: WebhookPorts;
  readonly #host: string;
  readonly #stop = new AbortController();
  readonly #resender: Resender;
  #waiting: Notice[] = [];
  #current: Notice | undefined;
  /** Failed attempts at the current notice. */
  #failures = 0;
  #deliveredAt: number | null = null;
  #failure: string | null = null;

  constructor(settings: WebhookSettings, ports: WebhookPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#host = new URL(settings.url.reveal()).host;
    this.#resender = new Resender({
      clock: ports.clock,
      drain: () => this.#drain(),
      // Up to a fifth longer, so that many coordinators do not retry at once.
      pause: () => pauses[this.#failures - 1]! * (1 + ports.random(1)[0]! / 1_280),
    });
  }

  get state(): WebhookState {
    return { host: this.#host, deliveredAt: this.#deliveredAt, failure: this.#failure };
  }

  /** Queues a notice. */
  send(notice: Notice): void {
    if (this.#stop.signal.aborted) return;
    this.#waiting.push(notice);
    this.#resender.send();
    if (this.#waiting.length > mostNotices) {
      this.#waiting.shift();
      this.#ports.settled(this.#host, `more than ${mostNotices} notices wait; the oldest one is given up`);
    }
  }

  /** Sends a notice once, independently of the queue, and returns the outcome. */
  async try(notice: Notice): Promise<DeliveryOutcome> {
    const { clock } = this.#ports;
    const outcome = await deliver(this.#settings, notice, clock, this.#stop.signal);
    if (outcome.isDelivered) this.#deliveredAt = clock.now();
    this.#failure = outcome.isDelivered ? null : outcome.failure;
    return outcome;
  }

  /** Drops the queue. */
  close(): void {
    this.#stop.abort();
    void this.#resender.close();
  }

  async #drain(): Promise<void> {
    for (this.#current ??= this.#waiting.shift(); this.#current; this.#current = this.#waiting.shift()) {
      const outcome = await this.try(this.#current);
      this.#stop.signal.throwIfAborted();
      if (!outcome.isDelivered && !outcome.isFinal && this.#failures < pauses.length) {
        this.#failures += 1;
        throw new MurmurationError('server.unreachable', outcome.failure);
      }
      this.#failures = 0;
      this.#ports.settled(this.#host, this.#failure);
    }
  }
}
