// @module-tag kafka
import { gzipSync } from 'node:zlib';
import { kafkaSchema } from '@murmuration/serving/brokers/settings';
import kafkajs, { Kafka, type KafkaMessage, logLevel, type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KafkaMock } from '../../e2e/kafka-mock.ts';
import { halfPlusTwo } from '../../unit/serving/server/models.ts';
import { openWorld } from '../../unit/serving/server/world.ts';

let mock: KafkaMock;
let kafka: Kafka;
let producer: Producer;
let names = 0;
const cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  mock = await KafkaMock.start();
  const retry = { retries: 50, initialRetryTime: 50, maxRetryTime: 200 };
  kafka = new Kafka({ brokers: [...mock.brokers], logLevel: logLevel.NOTHING, retry });
  producer = kafka.producer({ maxInFlightRequests: 1 });
  await producer.connect();
});
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
afterAll(async () => {
  await producer?.disconnect();
  await mock?.end();
});

const half = { 'mlserver-model': 'half' };
const ask = (value: number) =>
  JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [value] }] });
const texts = ({ headers = {} }: KafkaMessage) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** A server of a topic with one partition, what it answers and buries, and why it lost the cluster. */
async function serve() {
  const topic = `batches-${names++}`;
  for (const each of [topic, `${topic}.answers`, `${topic}.dlq`, `${topic}.retry`])
    await mock.create(each, 1);
  const [answers, letters] = [await listen(`${topic}.answers`), await listen(`${topic}.dlq`)];
  const lost: string[] = [];
  let isConnected = () => {};
  const connected = new Promise<void>(resolve => {
    isConnected = resolve;
  });
  const world = await openWorld(
    folder => halfPlusTwo().then(model => folder.put('half', 1, model)),
    {},
    {
      brokers: {
        kafka: kafkaSchema.parse({ brokers: [...mock.brokers], topic, group: topic }),
        events: { connected: isConnected, lost: (_, reason) => lost.push(reason) },
      },
    },
  );
  cleanUp.push(() => world.close());
  await connected;
  return { topic, answers, letters, lost, faults: world.faults };
}

/** What comes to a topic, from its beginning. */
async function listen(topic: string): Promise<KafkaMessage[]> {
  const received: KafkaMessage[] = [];
  const consumer = kafka.consumer({ groupId: `test-${names++}`, maxWaitTimeInMs: 100 });
  cleanUp.push(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void received.push(message) });
  return received;
}

const send = (topic: string, key: string) =>
  producer.send({ topic, messages: [{ key, value: ask(1), headers: half }] });

/** Sends one batch of three messages whose bytes are those, and which says that a codec packed them. */
async function sendPacked(topic: string, codec: number, bytes: Buffer): Promise<void> {
  const codecs = kafkajs.CompressionCodecs as Record<number, () => unknown>;
  const before = codecs[codec]!;
  codecs[codec] = () => ({ compress: async () => bytes });
  const messages = [1, 2, 3].map(() => ({ value: 'x' }));
  await producer.send({ topic, messages, compression: codec });
  codecs[codec] = before;
}

/** More bytes than a batch may have unpacked. */
const bombs: readonly (readonly [name: string, codec: number, bytes: Buffer])[] = [
  ['a bomb of gzip', 1, gzipSync(Buffer.alloc((64 << 20) + 1))],
  // Announces 2 GiB - 1.
  ['a bomb of snappy', 2, Buffer.of(0xff, 0xff, 0xff, 0xff, 7, 0)],
  // One byte, then matches of 255 bytes and more.
  ['a bomb of lz4', 3, lz4Bomb()],
  // Blocks of 128 KiB, each of one byte that is repeated.
  ['a bomb of zstd', 4, zstdBomb()],
];

function lz4Bomb(): Buffer {
  const block = Buffer.concat([Buffer.of(0x1f, 0, 1, 0), Buffer.alloc(300_000, 255), Buffer.of(0, 0)]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(block.length);
  return Buffer.concat([Buffer.of(4, 0x22, 0x4d, 0x18, 0x60, 0x70, 0), length, block, Buffer.alloc(4)]);
}

function zstdBomb(): Buffer {
  const block = (isLast: number) => {
    const head = isLast | (1 << 1) | ((128 << 10) << 3);
    return Buffer.of(head & 255, (head >> 8) & 255, head >> 16, 0);
  };
  const head = Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x58);
  return Buffer.concat([head, ...Array.from({ length: 513 }, (_, at) => block(at === 512 ? 1 : 0))]);
}

describe('a batch from Kafka that can not be unpacked', () => {
  const damage = Buffer.from('no such thing');
  it.each<readonly [name: string, codec: number, bytes: Buffer, reason: string]>([
    ...bombs.map(bomb => [...bomb, `more than ${64 << 20}`] as const),
    ...[1, 2, 3, 4].map(codec => [`damage to codec ${codec}`, codec, damage, 'bytes are damaged'] as const),
    ...[5, 6, 7].map(
      codec => [`no codec: ${codec}`, codec, damage, `codec, ${codec}, is not known`] as const,
    ),
    ['nothing in gzip', 1, gzipSync(''), 'bytes are damaged'],
  ])('is passed, and one bare dead letter says which: %s', async (_, codec, bytes, reason) => {
    const { topic, answers, letters, lost, faults } = await serve();
    await send(topic, 'before');
    await sendPacked(topic, codec, bytes);
    await send(topic, 'behind');
    await expect.poll(() => answers.map(({ key }) => String(key))).toEqual(['before', 'behind']);
    await expect.poll(() => letters).toHaveLength(1);
    const [{ key, value }] = letters as [KafkaMessage];
    expect([key, value?.length]).toEqual([null, 0]);
    expect(texts(letters[0]!)['murmuration-error']).toMatch(/^(inference.input|request.too-large)$/);
    const told = texts(letters[0]!)['murmuration-reason'];
    expect(told).toContain(`The messages 1 to 3 of partition 0 of ${topic} can't be read: `);
    expect(told).toContain(reason);
    expect(faults).toHaveLength(1);
    expect(lost).toEqual([]);
  });
});

describe('a message from Kafka with many headers', () => {
  it('costs no more than its length, and becomes a dead letter of which its key and the reason are left', async () => {
    const { topic, answers, letters, lost } = await serve();
    const headers = Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => [`h${at}`, '']));
    await producer.send({
      topic,
      messages: [{ key: 'many', value: ask(1), headers: { ...half, ...headers } }],
    });
    await send(topic, 'behind');
    await expect.poll(() => answers.map(({ key }) => String(key))).toEqual(['behind']);
    await expect.poll(() => letters.map(({ key }) => String(key))).toEqual(['many']);
    expect(letters[0]?.value).toHaveLength(0);
    expect(Object.keys(texts(letters[0]!)).toSorted()).toEqual(['murmuration-error', 'murmuration-reason']);
    expect(lost).toEqual([]);
  });
});
