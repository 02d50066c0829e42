// @module-tag kafka
import { attributesOf } from '@murmuration/serving/request-log/event';
import { KafkaSink } from '@murmuration/serving/request-log/kafka';
import { Kafka as Binding, type CloudEvent } from 'cloudevents';
import { type Consumer, Kafka, type KafkaMessage, logLevel } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KafkaMock } from '../../../../e2e/kafka-mock.ts';
import { eventOf, eventsOf } from './log-folder.ts';

let mock: KafkaMock;
let sink: KafkaSink | undefined;
let consumer: Consumer | undefined;
let topics = 0;

beforeAll(async () => {
  mock = await KafkaMock.start();
});

afterEach(async () => {
  await sink?.close();
  await consumer?.disconnect();
  sink = undefined;
  consumer = undefined;
});

afterAll(() => mock?.end());

/** A sink of a topic of its own, and what is written to that. */
async function open(): Promise<{ readonly sink: KafkaSink; readonly received: KafkaMessage[] }> {
  const topic = `log-${topics++}`;
  await mock.create(topic, 1);
  const brokers = [...mock.brokers];
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 50, maxRetryTime: 200 } });
  consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100 });
  const received: KafkaMessage[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      received.push(message);
    },
  });
  sink = new KafkaSink({ brokers, topic, tls: false, sasl: null });
  return { sink, received };
}

const ids = (messages: readonly KafkaMessage[]) => messages.map(({ key }) => String(key));

describe('a log in Kafka', () => {
  it('has events in their order, as the library of CloudEvents reads them', async () => {
    const { sink: own, received } = await open();
    expect(await own.write(eventsOf(0, 20))).toBe(20);
    expect(await own.write([eventOf(20, 'Ada')])).toBe(1);
    await expect.poll(() => ids(received)).toEqual(eventsOf(0, 21).map(event => attributesOf(event).id));
    const { headers = {}, key, value } = received.at(-1)!;
    const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));
    const read = Binding.toEvent({ headers: texts, key, value: String(value), body: String(value) } as never);
    const event = eventOf(20, 'Ada');
    const { datacontenttype: _, ...named } = attributesOf(event);
    expect(read as CloudEvent<unknown>).toMatchObject({ ...named, data: JSON.parse(event.data) });
  });

  it('is told of that a cluster is away, and goes on once it is back', async () => {
    const { sink: own, received } = await open();
    await own.write([eventOf(0)]);
    await mock.down();
    await expect(own.write([eventOf(1)])).rejects.toMatchObject({
      code: 'server.unreachable',
      retryable: true,
    });
    await mock.up();
    await own.write([eventOf(1)]);
    // What was under way when it went may come twice.
    await expect.poll(() => [...new Set(ids(received))]).toEqual(['r0', 'r1']);
  });

  it('fails where there is no such topic', async () => {
    const own = new KafkaSink({ brokers: [...mock.brokers], topic: 'no topic', tls: false, sasl: null });
    await expect(own.write([eventOf(0)])).rejects.toMatchObject({ code: 'server.unreachable' });
    await own.close();
  });
});
