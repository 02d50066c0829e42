import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { Kafka, logLevel, type Message, type Producer, type SASLOptions } from 'kafkajs';
import { attributesOf, type LogEvent } from './event.ts';
import type { RequestLogSettings } from './settings.ts';
import type { LogSink } from './sink.ts';

/** Maximum ms to wait for the cluster. */
const clusterTimeoutMs = 10_000;

/**
 * Writes events to a Kafka topic, in the binary mode of CloudEvents' Kafka binding, with the request's id as
 * key. They count as written once all in-sync replicas have them; an event may arrive twice, with the same id
 * and type.
 */
export class KafkaSink implements LogSink {
  readonly name = 'kafka';
  readonly #topic: string;
  readonly #kafka: Kafka;
  /** Connected producer; null before that, and after a failure. */
  #producer: Producer | null = null;
  #isClosed = false;

  constructor({ brokers, topic, tls, sasl }: NonNullable<RequestLogSettings['kafka']>) {
    this.#topic = topic;
    this.#kafka = new Kafka({
      clientId: 'murmuration-request-log',
      brokers,
      ssl: tls,
      ...(sasl && { sasl: sasl as SASLOptions }),
      connectionTimeout: clusterTimeoutMs,
      requestTimeout: clusterTimeoutMs,
      // The outbox decides when to try again.
      retry: { retries: 1, restartOnFailure: async () => false },
      logLevel: logLevel.NOTHING,
    });
  }

  /** Writes events. Throws `server.unreachable`. */
  async write(events: readonly LogEvent[]): Promise<number> {
    try {
      const producer = await this.#connect();
      await producer.send({
        topic: this.#topic,
        acks: -1,
        timeout: clusterTimeoutMs,
        messages: events.map(messageFor),
      });
      return events.length;
    } catch (cause) {
      await this.#disconnect();
      throw new MurmurationError(
        'server.unreachable',
        `The topic ${this.#topic} of Kafka does not take the request log: ${messageOf(cause)}.`,
        { cause },
      );
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#disconnect();
  }

  async #connect(): Promise<Producer> {
    if (this.#producer) return this.#producer;
    const producer = this.#kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    if (this.#isClosed) {
      await producer.disconnect();
      throw new MurmurationError('server.stopping');
    }
    this.#producer = producer;
    return producer;
  }

  async #disconnect(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    await producer?.disconnect().catch(() => {});
  }
}

function messageFor(event: LogEvent): Message {
  const attributes = attributesOf(event);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes))
    headers[name === 'datacontenttype' ? 'content-type' : `ce_${name}`] = value;
  return { key: attributes.id ?? null, value: event.data, headers };
}
