import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Exchange, InferenceEvents } from '../server/events.ts';
import { isUnkept, textAt } from '../server/request.ts';
import { namedId, requestIds } from '../server/request-id.ts';
import type { Turns } from '../server/turns.ts';
import { bytesOfDraft, draftOf, eventsOf, feedbackEvent, type Loggable } from './exchange-events.ts';
import type { LogKey } from './key.ts';
import { LogOutbox, type OutboxLimits } from './outbox.ts';
import type { PersonField, Redaction } from './redaction.ts';
import { isSampled } from './sampling.ts';
import type { LogSink } from './sink.ts';

/** Options of a request log. */
export interface RequestLogOptions {
  /** Returns the share of a model's requests that is logged, 0 to 1. */
  readonly rate: (model: string) => number;
  readonly redaction: Redaction;
  /** Maximum bytes of values in one event. */
  readonly payload: number;
  /** Field that identifies the person, and the key that makes the pseudonym; null: none. */
  readonly person: { readonly field: PersonField; readonly key: Pick<LogKey, 'person'> } | null;
  /** Limits of each sink. */
  readonly limits: OutboxLimits;
}

export interface RequestLogPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly turns: Turns;
  /** Called for written and dropped events, and for faults. */
  readonly events: InferenceEvents;
}

/** Maximum remembered names of models. */
const mostModels = 10_000;
/** Drafts converted to events in one turn of the thread. */
const draftsPerTurn = 32;
/** Milliseconds that closing waits for each sink. */
const closeTimeoutMs = 5_000;

/**
 * Logs requests and answers. Before an answer is sent, only the loggable part of the exchange is taken;
 * everything else happens in later turns of the thread and never delays an answer. Events without room are
 * dropped and counted.
 */
export class RequestLog {
  readonly #options: RequestLogOptions;
  readonly #ports: RequestLogPorts;
  readonly #newId: () => string;
  readonly #outboxes: readonly LogOutbox[];
  readonly #drafts: Loggable[] = [];
  readonly #models = new Set<string>();
  #draftBytes = 0;
  #isDue = false;

  constructor(options: RequestLogOptions, sinks: readonly LogSink[], ports: RequestLogPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#newId = requestIds(ports.random);
    this.#outboxes = sinks.map(sink => new LogOutbox(sink, options.limits, ports));
  }

  /** Number and bytes of events that wait for the slowest sink. */
  get pending(): { readonly entries: number; readonly bytes: number } {
    const waiting = this.#outboxes.map(({ pending }) => pending);
    return {
      entries: this.#drafts.length + Math.max(0, ...waiting.map(({ entries }) => entries)),
      bytes: this.#draftBytes + Math.max(0, ...waiting.map(({ bytes }) => bytes)),
    };
  }

  /** Logs a finished request. Never throws. */
  record(exchange: Exchange): void {
    try {
      this.#record(exchange);
    } catch (error) {
      this.#ports.events.fault?.('the request log', error);
    }
  }

  /** Logs the outcome of a prediction, if that is sampled. Never throws. */
  feedback({ id, model, version }: Pick<Loggable, 'id' | 'model' | 'version'>, outcome: unknown): void {
    const { rate, redaction } = this.#options;
    if (!isSampled(id, rate(model))) return;
    // Under the rules of an output with this name.
    const isAllowed = redaction.tensor(model, 'outcome', 'BYTES');
    const told = { id, model, version, ...(isAllowed && { outcome }) };
    const event = feedbackEvent(told, this.#ports.clock.now());
    for (const outbox of this.#outboxes) outbox.offer(event);
  }

  /** Writes what waits, as far as the sinks take it within some seconds, and closes them. */
  async close(): Promise<void> {
    while (this.#drafts.length > 0) this.#convert();
    await Promise.all(this.#outboxes.map(outbox => outbox.close(closeTimeoutMs)));
  }

  #record(exchange: Exchange): void {
    if (isUnkept(exchange.request)) return;
    const { rate, redaction, payload, person, limits } = this.#options;
    const { clock, turns } = this.#ports;
    const model = this.#modelOf(exchange);
    const share = rate(model);
    if (share === 0) return;
    const id = this.#idOf(exchange);
    if (!isSampled(id, share)) return;
    const name = person && textAt(exchange.request, person.field);
    const draft = draftOf(exchange, {
      id,
      endedAt: clock.now(),
      model,
      person: person && name ? person.key.person(name) : null,
      payload,
      redaction,
    });
    const bytes = bytesOfDraft(draft);
    if (this.#drafts.length >= limits.entries || this.#draftBytes + bytes > limits.bytes) {
      // A request, and its response.
      for (const outbox of this.#outboxes) outbox.drop(2, 'full');
      return;
    }
    this.#drafts.push(draft);
    this.#draftBytes += bytes;
    if (this.#isDue) return;
    this.#isDue = true;
    turns.soon(() => this.#turn());
  }

  #turn(): void {
    this.#isDue = false;
    try {
      this.#convert();
    } catch (error) {
      this.#ports.events.fault?.('the request log', error);
    }
    if (this.#drafts.length === 0) return;
    this.#isDue = true;
    this.#ports.turns.soon(() => this.#turn());
  }

  #convert(): void {
    const drafts = this.#drafts.splice(0, draftsPerTurn);
    for (const draft of drafts) this.#draftBytes -= bytesOfDraft(draft);
    const now = this.#ports.clock.now();
    for (const draft of drafts)
      for (const event of eventsOf(draft, now)) for (const outbox of this.#outboxes) outbox.offer(event);
  }

  /**
   * Returns the name of a model that exists or existed; any other is text made up by a client, and becomes
   * `unknown`.
   */
  #modelOf({ model, version }: Exchange): string {
    if (this.#models.has(model)) return model;
    if (version === '') return 'unknown';
    if (this.#models.size < mostModels) this.#models.add(model);
    return model;
  }

  /** Returns the request's id, or a random one. */
  #idOf({ request }: Exchange): string {
    return namedId(request) ?? this.#newId();
  }
}
