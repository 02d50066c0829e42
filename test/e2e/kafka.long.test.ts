// @module-tag kafka
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { type BrokerPace, kafkaSchema } from '@murmuration/serving/brokers/settings';
import { type Consumer, Kafka, type KafkaMessage, logLevel, type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { halfPlusTwo, ModelFolder } from '../unit/serving/server/models.ts';
import { openWorld, type World } from '../unit/serving/server/world.ts';
import { KafkaMock } from './kafka-mock.ts';
import { PackedProcess } from './processes.ts';

let mock: KafkaMock;
let producer: Producer;
let kafka: Kafka;
let world: World | undefined;
const consumers: Consumer[] = [];
const programs: PackedProcess[] = [];
let names = 0;

beforeAll(async () => {
  mock = await KafkaMock.start();
  kafka = new Kafka({
    brokers: [...mock.brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 50, initialRetryTime: 50, maxRetryTime: 200 },
  });
  producer = kafka.producer({ maxInFlightRequests: 1 });
  await producer.connect();
});

afterEach(async () => {
  await Promise.all(consumers.splice(0).map(consumer => consumer.disconnect()));
  for (const program of programs.splice(0)) {
    program.child.kill('SIGKILL');
    await program.ended();
  }
  await world?.close();
  world = undefined;
});

afterAll(async () => {
  await producer?.disconnect();
  await mock?.end();
});

const fill = (folder: ModelFolder) => halfPlusTwo().then(model => folder.put('half', 1, model));
const ask = (value: number) =>
  JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [value] }] });
const half = { 'mlserver-model': 'half' };
const json = ({ value }: KafkaMessage) => JSON.parse(String(value));
const texts = ({ headers = {} }: KafkaMessage) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** Topics that no other test has. */
async function topics(partitions: number): Promise<string> {
  const topic = `requests-${names++}`;
  for (const each of [topic, `${topic}.answers`]) await mock.create(each, partitions);
  for (const each of [`${topic}.dlq`, `${topic}.retry`]) await mock.create(each, 1);
  return topic;
}

/** A server that takes requests from a topic. */
async function serve(
  { topic: given, ...pace }: Partial<BrokerPace> & { readonly topic?: string } = {},
  inference: Parameters<typeof openWorld>[1] = {},
): Promise<{ readonly topic: string; readonly world: World; readonly lost: readonly string[] }> {
  const topic = given ?? (await topics(2));
  const lost: string[] = [];
  let isConnected = () => {};
  const connected = new Promise<void>(resolve => {
    isConnected = resolve;
  });
  world = await openWorld(fill, inference, {
    brokers: {
      kafka: kafkaSchema.parse({ brokers: [...mock.brokers], topic, group: topic }),
      pace,
      events: { connected: isConnected, lost: (_, reason) => lost.push(reason) },
    },
  });
  await connected;
  return { topic, world, lost };
}

/** What comes to a topic, from its beginning. */
async function listen(topic: string): Promise<KafkaMessage[]> {
  const received: KafkaMessage[] = [];
  const consumer = kafka.consumer({ groupId: `test-${names++}`, maxWaitTimeInMs: 100 });
  consumers.push(consumer);
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      received.push(message);
    },
  });
  return received;
}

const send = (topic: string, key: string | null, value: string, headers: Record<string, string>) =>
  producer.send({ topic, messages: [{ key, value, headers }] });

describe('requests from Kafka', () => {
  it('are answered under their keys, or become dead letters with their reason, and hold up no other', async () => {
    const { topic } = await serve({ prefetch: 4 });
    const [answers, letters] = await Promise.all([listen(`${topic}.answers`), listen(`${topic}.dlq`)]);
    await send(topic, 'bad', '{', { ...half, authorization: 'Bearer secret' });
    await send(topic, 'nameless', ask(1), {});
    await send(topic, 'unknown', ask(1), { 'mlserver-model': 'none' });
    await send(topic, 'good', `{"id":"in the body",${ask(3).slice(1)}`, half);
    for (let times = 2; times > 0; times--) await send(topic, 'same', ask(4), half);
    await send(topic, null, ask(5), half);
    await expect.poll(() => answers.length).toBe(3);
    await expect.poll(() => letters.length).toBe(3);
    const byKey = new Map(answers.map(answer => [String(answer.key), answer]));
    expect(json(byKey.get('good')!)).toMatchObject({ id: 'good', outputs: [{ data: [3.5] }] });
    expect(texts(byKey.get('good')!)).toEqual({
      ...half,
      'mlserver-version': '1',
      'murmuration-request': expect.stringMatching(/^\.[\w-]{22}$/),
    });
    expect(json(byKey.get('same')!).outputs[0].data).toEqual([4]);
    const codes = letters.map(letter => [String(letter.key), texts(letter)['murmuration-error']]);
    expect(new Map(codes as [string, string][])).toEqual(
      new Map([
        ['bad', 'inference.input'],
        ['nameless', 'inference.input'],
        ['unknown', 'model.missing'],
      ]),
    );
    for (const letter of letters) {
      expect(texts(letter)['murmuration-reason']).toMatch(/\w/);
      expect(texts(letter)).not.toHaveProperty('authorization');
    }
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])(
    'are read from batches that librdkafka packed with %s',
    async codec => {
      const { topic, lost } = await serve();
      const answers = await listen(`${topic}.answers`);
      await mock.produce(topic, codec, 'half', ask(3), 40);
      await expect.poll(() => answers.length).toBe(40);
      expect(new Set(answers.map(answer => json(answer).outputs[0].data[0]))).toEqual(new Set([3.5]));
      expect(lost).toEqual([]);
    },
  );

  it('are told apart by keys that are no texts', async () => {
    const { topic } = await serve();
    const answers = await listen(`${topic}.answers`);
    const keys = [0x80, 0x81, 0xff].map(byte => Buffer.of(0, byte));
    await producer.send({ topic, messages: keys.map(key => ({ key, value: ask(2), headers: half })) });
    await expect.poll(() => answers.map(({ key }) => key?.[1]).toSorted()).toEqual([0x80, 0x81, 0xff]);
  });

  it('wait for no time that they name themselves', async () => {
    const { topic } = await serve();
    const answers = await listen(`${topic}.answers`);
    const headers = { ...half, 'murmuration-not-before': '8640000000000000' };
    await send(topic, 'late', ask(1), headers);
    await expect.poll(() => answers.map(({ key }) => String(key))).toEqual(['late']);
  });

  it('become dead letters where the cluster does not take their answers, and hold up no other', async () => {
    const topic = await topics(2);
    const [answers, letters] = await Promise.all([listen(`${topic}.answers`), listen(`${topic}.dlq`)]);
    const messages = ['long', 'short'].map(key => ({ key, value: ask(1), headers: half, partition: 0 }));
    await producer.send({ topic, messages });
    const tooLarge = 10;
    await mock.refuse(tooLarge, 3);
    const { lost } = await serve({ prefetch: 8, topic });
    // Refused are both together, then the first by itself, and its dead letter; with an empty one, it is done.
    await expect.poll(() => answers.map(({ key }) => String(key))).toEqual(['short']);
    await expect.poll(() => letters.length).toBe(1);
    expect([String(letters[0]?.key), String(letters[0]?.value)]).toEqual(['long', '']);
    expect(texts(letters[0]!)).toMatchObject({ ...half, 'murmuration-error': 'request.too-large' });
    expect(lost).toEqual([]);
  });

  it('need a token where there are any; what is too often is tried again', async () => {
    const { text, ...entry } = mintInferenceToken(systemRandom, native);
    // Slow enough that three at once are too many on any machine.
    const rate = { perSecond: 1 };
    const { text: readerText, ...reader } = mintInferenceToken(systemRandom, native);
    const tokens = [
      { ...entry, name: 'test', rights: ['predict' as const], rate },
      { ...reader, name: 'reader', rights: ['predict' as const] },
    ];
    const { topic, world } = await serve({ retryDelay: 50, attempts: 10 }, { tokens });
    const [answers, letters] = await Promise.all([listen(`${topic}.answers`), listen(`${topic}.dlq`)]);
    const authorization = `Bearer ${text}`;
    await send(topic, 'without', ask(1), half);
    const headers = { ...half, authorization };
    const messages = ['a', 'b', 'c'].map(key => ({ key, value: ask(1), headers }));
    await producer.send({ topic, messages });
    await expect.poll(() => answers.map(({ key }) => String(key)).toSorted()).toEqual(['a', 'b', 'c']);
    await expect
      .poll(() => letters.map(texts))
      .toMatchObject([{ 'murmuration-error': 'inference.unauthenticated' }]);
    const asReader = { authorization: `Bearer ${readerText}` };
    const metrics = await (await world.ask('GET', '/metrics', undefined, asReader)).text();
    expect(metrics).toContain('broker_messages_total{protocol="kafka",outcome="answered",code="ok"} 3');
    expect(metrics).toMatch(/protocol="kafka",outcome="retried",code="request.too-often"\} [1-9]/);
    expect(metrics).toMatch(/broker_lag\{protocol="kafka"\} \d/);
  });
});

describe('in the middle of some hundred requests', () => {
  const count = 400;
  const askAll = async (topic: string) => {
    const messages = Array.from({ length: count }, (_, at) => ({
      key: String(at),
      value: ask(at),
      headers: half,
    }));
    await producer.send({ topic, messages });
  };
  const expectAll = (answers: readonly KafkaMessage[]) => {
    expect(answers.map(({ key }) => Number(key)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, at) => at),
    );
    for (const answer of answers) expect(json(answer).outputs[0].data).toEqual([Number(answer.key) / 2 + 2]);
  };

  it('kill -9 of the consumer loses nothing, and nothing is answered twice', async () => {
    const topic = await topics(2);
    const folder = await ModelFolder.create();
    await fill(folder);
    const config = join(folder.path, 'config.json');
    await writeFile(config, JSON.stringify({ kafka: { group: topic } }));
    const start = async () => {
      const kafkaOptions = ['--kafka', mock.brokers.join(','), '--topic', topic];
      const program = new PackedProcess('coordinator/cli/src/cli.ts', [
        ...['inference', '--from', folder.path, '--port', '0', '--config', config],
        ...kafkaOptions,
      ]);
      programs.push(program);
      await expect.poll(() => program.errors).toContain('Requests are taken from kafka');
      return program;
    };
    const answers = await listen(`${topic}.answers`);
    await askAll(topic);
    const first = await start();
    await expect.poll(() => answers.length, { interval: 2 }).toBeGreaterThan(0.2 * count);
    first.child.kill('SIGKILL');
    await first.ended();
    expect(answers.length).toBeLessThan(count);
    const second = await start();
    await expect.poll(() => answers.length).toBeGreaterThanOrEqual(count);
    second.child.kill('SIGTERM');
    expect(await second.ended()).toBe(0);
    expectAll(answers);
    await folder.remove();
  });

  it('a broker that is away for a while loses nothing, and readiness says so', async () => {
    const { topic, world } = await serve({ prefetch: 4, session: 2_000 });
    const ready = async () => {
      const response = await world.ask('GET', '/v2/health/ready');
      return response.ok ? 'ready' : ((await response.json()) as { error: string }).error;
    };
    expect(await ready()).toBe('ready');
    const answers = await listen(`${topic}.answers`);
    await askAll(topic);
    await expect.poll(() => answers.length, { interval: 2 }).toBeGreaterThan(0.1 * count);
    await mock.down();
    await expect.poll(ready).toMatch(/^No requests are taken from kafka: /);
    await mock.up();
    await expect.poll(ready).toBe('ready');
    await expect.poll(() => answers.length).toBeGreaterThanOrEqual(count);
    expectAll(answers);
  });
});
