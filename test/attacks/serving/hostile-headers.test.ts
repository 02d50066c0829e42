// @module-tag kafka
import type { PlatformClient } from '@murmuration/client-sdk/client/client';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { type BrokerPace, kafkaSchema } from '@murmuration/serving/brokers/settings';
import { coordinatorModels } from '@murmuration/serving/source/coordinator';
import { type IHeaders, Kafka, type KafkaMessage, logLevel, type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KafkaMock } from '../../e2e/kafka-mock.ts';
import { lineClient, openCoordinator } from '../../e2e/line.ts';
import { halfPlusTwo } from '../../unit/serving/server/models.ts';
import { openWorld, type World } from '../../unit/serving/server/world.ts';

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

const ask = (value: number, name = 'x', shape = [1]) =>
  JSON.stringify({ inputs: [{ name, datatype: 'FP32', shape, data: [value] }] });
const texts = ({ headers = {} }: KafkaMessage) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** Topics of one partition that no other test has: what stops one request stops all behind it. */
async function topics(): Promise<string> {
  const topic = `hostile-${names++}`;
  for (const each of [topic, `${topic}.answers`, `${topic}.dlq`, `${topic}.retry`])
    await mock.create(each, 1);
  return topic;
}

/** A server that takes requests from a topic, and why it lost the cluster. */
async function serve(
  topic: string,
  pace: Partial<BrokerPace> = {},
  more: Parameters<typeof openWorld>[2] = {},
  inference: Parameters<typeof openWorld>[1] = {},
): Promise<{ readonly world: World; readonly lost: readonly string[] }> {
  const lost: string[] = [];
  let isConnected = () => {};
  const connected = new Promise<void>(resolve => {
    isConnected = resolve;
  });
  const world = await openWorld(
    folder => halfPlusTwo().then(model => folder.put('half', 1, model)),
    inference,
    {
      brokers: {
        kafka: kafkaSchema.parse({ brokers: [...mock.brokers], topic, group: topic }),
        pace,
        events: { connected: isConnected, lost: (_, reason) => lost.push(reason) },
      },
      ...more,
    },
  );
  cleanUp.push(() => world.close());
  await connected;
  return { world, lost };
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

const send = (topic: string, key: string, value: string, headers: IHeaders) =>
  producer.send({ topic, messages: [{ key, value, headers }] });

const answerOf = (answers: readonly KafkaMessage[], key: string) =>
  answers
    .filter(answer => String(answer.key) === key)
    .map(({ value }) => JSON.parse(String(value)).outputs[0].data[0]);

/** Headers that a client of Kafka reads as something else than a text. */
const hostile: readonly IHeaders[] = [
  Object.fromEntries([['__proto__', 'x']]),
  { constructor: 'x' },
  { toString: 'x', valueOf: ['y', 'z'] },
  { hasOwnProperty: Buffer.of(0xff), 'mlserver-model': ['half', 'half'] },
];

describe('a header of a request from Kafka', () => {
  it('that is called as what each object has stops no partition, in a dead letter or on another try', async () => {
    const topic = await topics();
    const [answers, letters] = [await listen(`${topic}.answers`), await listen(`${topic}.dlq`)];
    const { lost } = await serve(topic, { attempts: 2, retryDelay: 1 });
    for (const [at, headers] of hostile.entries()) {
      await send(topic, `broken ${at}`, '{', { 'mlserver-model': 'half', ...headers });
      await send(topic, `whole ${at}`, ask(at), { 'mlserver-model': 'half', ...headers });
    }
    await send(topic, 'last', ask(1), { 'mlserver-model': 'half' });
    await expect.poll(() => answers.map(({ key }) => String(key))).toContain('last');
    await expect.poll(() => letters).toHaveLength(hostile.length);
    expect(answers).toHaveLength(hostile.length + 1);
    expect(letters.map(letter => texts(letter)['murmuration-error'])).toEqual(
      hostile.map(() => 'inference.input'),
    );
    expect(lost).toEqual([]);
  });

  it('comes along on another try as the text that it is', async () => {
    const topic = await topics();
    const answers = await listen(`${topic}.answers`);
    let failures = 2;
    const { lost } = await serve(
      topic,
      { retryDelay: 1 },
      {
        transformers: {
          half: {
            inputs: [{ name: 'text', datatype: 'FP32', shape: [1] }],
            outputs: [{ name: 'y', datatype: 'FP32', shape: [1] }],
            input: ([first]) => {
              if (failures-- > 0) throw new MurmurationError('inference.unavailable');
              return { inputs: [{ ...first!, name: 'x' }] };
            },
            output: outputs => outputs,
          },
        },
      },
    );
    for (const headers of hostile)
      await send(topic, 'again', ask(3, 'text'), { 'mlserver-model': 'half', ...headers });
    await expect.poll(() => answers.map(({ key }) => String(key))).toEqual(['again']);
    expect(lost).toEqual([]);
  });
});

describe('a request from Kafka', () => {
  it('that costs its server the cluster each time is counted over connections, and becomes a dead letter', async () => {
    const topic = await topics();
    const [answers, letters] = [await listen(`${topic}.answers`), await listen(`${topic}.dlq`)];
    const half = { 'mlserver-model': 'half' };
    const messages = ['deadly', 'behind'].map(key => ({ key, value: ask(1), headers: half }));
    await producer.send({ topic, messages });
    const notEnoughReplicas = 19;
    await mock.refuse(notEnoughReplicas, 2);
    const { lost } = await serve(topic, { deliveries: 2, prefetch: 16, session: 2_000 });
    await expect.poll(() => answers.map(({ key }) => String(key))).toEqual(['behind']);
    await expect.poll(() => letters.map(({ key }) => String(key))).toEqual(['deadly']);
    expect(texts(letters[0]!)['murmuration-reason']).toMatch(/begun 2 times/);
    expect(lost).toHaveLength(2);
  });
});

describe('whoever uses the key of somebody else first, in Kafka', () => {
  it('does not silence its owner, whose token is another, nor with a token that is none', async () => {
    const topic = await topics();
    const answers = await listen(`${topic}.answers`);
    const [owner, thief] = [
      mintInferenceToken(systemRandom, native),
      mintInferenceToken(systemRandom, native),
    ];
    const tokens = [owner, thief].map(({ id, sha256 }) => ({
      id,
      sha256,
      name: 'test',
      rights: ['predict' as const],
    }));
    await serve(topic, {}, {}, { tokens });
    const half = { 'mlserver-model': 'half' };
    await send(topic, 'order-17', ask(100), { ...half, authorization: 'Bearer none' });
    await send(topic, 'order-17', ask(200), { ...half, authorization: `Bearer ${thief.text}` });
    for (let times = 0; times < 2; times++)
      await send(topic, 'order-17', ask(4), { ...half, authorization: `Bearer ${owner.text}` });
    await send(topic, 'last', ask(1), { ...half, authorization: `Bearer ${owner.text}` });
    await expect.poll(() => answerOf(answers, 'last')).toEqual([2.5]);
    expect(answerOf(answers, 'order-17')).toEqual([102, 4]);
    expect(answers.map(answer => JSON.stringify(texts(answer))).join()).not.toContain(owner.text);
  });

  it('and has none to show, leaves a dead letter that says so, and no silence', async () => {
    const topic = await topics();
    const [answers, letters] = [await listen(`${topic}.answers`), await listen(`${topic}.dlq`)];
    await serve(topic);
    const half = { 'mlserver-model': 'half' };
    await send(topic, 'order-17', ask(200), half);
    await send(topic, 'order-17', ask(4), half);
    await send(topic, 'order-17', ask(200), half);
    await send(topic, 'last', ask(1), half);
    await expect.poll(() => answerOf(answers, 'last')).toEqual([2.5]);
    expect(answerOf(answers, 'order-17')).toEqual([102]);
    await expect
      .poll(() => letters.map(letter => texts(letter)['murmuration-reason']))
      .toEqual([expect.stringMatching(/^Another request with this key has been answered/)]);
  });
});

describe('hostile headers in Kafka', () => {
  it('hold up no coordinator whose models are served: eight devices publish its rounds meanwhile', async () => {
    const coordinator = await openCoordinator({ cohort: { goal: 8, minimum: 8, overSelection: 1 } });
    cleanUp.push(() => coordinator.stop());
    let published = 0;
    coordinator.events.on('round-ended', ({ outcome }) => {
      published += Number(outcome === 'published');
    });
    const topic = await topics();
    const [answers, letters] = [await listen(`${topic}.answers`), await listen(`${topic}.dlq`)];
    const source = await coordinatorModels(coordinator.url);
    const { world, lost } = await serve(topic, { attempts: 1 }, { source });
    const metadata = (await (await world.ask('GET', '/v2/models/line')).json()) as {
      inputs: { name: string }[];
    };
    const [{ name }] = metadata.inputs as [{ name: string }];
    const devices: PlatformClient[] = Array.from({ length: 8 }, (_, at) => lineClient(coordinator.url, at));
    cleanUp.push(() => Promise.all(devices.map(device => device.stop())));
    for (const device of devices) void device.start();
    await coordinator.start();
    let sent = 0;
    while (published < 2) {
      for (const headers of hostile)
        await send(topic, `bad ${sent++}`, '{', { 'mlserver-model': 'line', ...headers });
      await send(topic, `good ${sent}`, ask(1, name, [1, 1]), { 'mlserver-model': 'line' });
      await expect.poll(() => answers.map(({ key }) => String(key))).toContain(`good ${sent}`);
    }
    await expect.poll(() => letters).toHaveLength(sent);
    expect(lost).toEqual([]);
  });
});
