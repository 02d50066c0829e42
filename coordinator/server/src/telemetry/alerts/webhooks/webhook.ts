import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { type DeliveryOutcome, deliver } from './delivery.ts';
import type { Notice } from './notice.ts';
import type { WebhookSettings } from './settings.ts';

/** Milliseconds from a failed attempt to the next one: six attempts within about two hours. */
const pauses = [5_000, 30_000, 5 * 60_000, 30 * 60_000, 90 * 60_000];
/** Maximum number of waiting notices; the oldest ones are dropped. */
const maxNotices = 100;

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
  #waiting: Notice[] = [];
  #isBusy = false;
  #cancel: Cancel = () => {};
  #deliveredAt: number | null = null;
  #failure: string | null = null;

  constructor(settings: WebhookSettings, ports: WebhookPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#host = new URL(settings.url.reveal()).host;
  }

  get state(): WebhookState {
    return { host: this.#host, deliveredAt: this.#deliveredAt, failure: this.#failure };
  }

  /** Queues a notice. */
  send(notice: Notice): void {
    if (this.#stop.signal.aborted) return;
    this.#waiting.push(notice);
    if (this.#waiting.length > maxNotices) {
      this.#waiting.shift();
      this.#ports.settled(this.#host, `more than ${maxNotices} notices wait; the oldest one is given up`);
    }
    if (!this.#isBusy) void this.#next();
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
    this.#waiting = [];
    this.#cancel();
  }

  async #next(): Promise<void> {
    const notice = this.#waiting.shift();
    this.#isBusy = notice !== undefined;
    if (notice) await this.#attempt(notice, 0);
  }

  async #attempt(notice: Notice, failures: number): Promise<void> {
    const { clock, settled } = this.#ports;
    const outcome = await deliver(this.#settings, notice, clock, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    if (outcome.isDelivered) {
      this.#deliveredAt = clock.now();
      this.#failure = null;
      settled(this.#host, null);
      return this.#next();
    }
    this.#failure = outcome.failure;
    const pause = pauses[failures];
    if (outcome.isFinal || pause === undefined) {
      settled(this.#host, outcome.failure);
      return this.#next();
    }
    this.#cancel = clock.at(
      clock.now() + this.#spread(pause),
      () => void this.#attempt(notice, failures + 1),
    );
  }

  /** Returns a pause that is up to a fifth longer, so that many coordinators do not retry at once. */
  #spread(pause: number): number {
    return pause * (1 + this.#ports.random(1)[0]! / 1_280);
  }
}
