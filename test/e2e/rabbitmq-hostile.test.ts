// @module-tag rabbitmq
import { type BrokerPace, rabbitmqSchema } from '@murmuration/serving/brokers/settings';
import { Connection, type ConnectionOptions } from 'rabbitmq-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { halfPlusTwo } from '../unit/serving/server/models.ts';
import { openWorld, type World } from '../unit/serving/server/world.ts';
import { AmqpRequester } from './amqp-requester.ts';
import { RabbitmqServer } from './rabbitmq-server.ts';

let broker: RabbitmqServer;
let names = 0;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  broker = await RabbitmqServer.start();
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(() => broker?.remove());

const ask = (value: number) => ({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [value] }] });
const half = { headers: { 'mlserver-model': 'half' } };
const json = (body: Buffer) => JSON.parse(body.toString());

interface Scene {
  readonly queue: string;
  readonly world: World;
  readonly requester: AmqpRequester;
  /** How often requests were not taken for a while. */
  readonly losses: string[];
}

async function serve(pace: Partial<BrokerPace> = {}): Promise<Scene> {
  const queue = `hostile-${names++}`;
  const losses: string[] = [];
  let isConnected = () => {};
  const connected = new Promise<void>(resolve => {
    isConnected = resolve;
  });
  const world = await openWorld(
    folder => halfPlusTwo().then(model => folder.put('half', 1, model)),
    {},
    {
      brokers: {
        rabbitmq: rabbitmqSchema.parse({ url: broker.url, queue }),
        pace,
        events: { connected: isConnected, lost: (_, reason) => losses.push(reason) },
      },
    },
  );
  closing.push(() => world.close());
  await connected;
  const requester = new AmqpRequester(broker.url, queue, `answers-${queue}`);
  closing.push(() => requester.close());
  return { queue, world, requester, losses };
}

function connect(options: ConnectionOptions = {}): Connection {
  const connection = new Connection({ ...options, url: broker.url });
  closing.push(() => connection.unsafeDestroy());
  return connection;
}

describe('a request that is not as others holds up no other', () => {
  it('with headers longer than a frame', async () => {
    const { requester, queue, losses } = await serve({ retryDelay: 50 });
    const headers = { ...half.headers, trace: 'x'.repeat(20_000), kept: 'yes' };
    const client = connect({ frameMax: 131_072 });
    const publisher = client.createPublisher({ confirm: true });
    const bad = { routingKey: queue, replyTo: `answers-${queue}`, headers, correlationId: 'bad' };
    await requester.ask(ask(1), { ...half, correlationId: 'before' });
    await publisher.send(bad, Buffer.from('{'));
    await requester.ask(ask(1), { ...half, correlationId: 'good' });
    expect(json((await requester.answerTo('good')).body).outputs[0].data).toEqual([2.5]);
    await requester.answerTo('bad');
    await expect.poll(() => requester.waiting(`${queue}.dlq`)).toBe(1);
    expect(await requester.take(`${queue}.dlq`)).toMatchObject({
      correlationId: 'bad',
      headers: { ...half.headers, 'murmuration-error': 'inference.input', kept: 'yes' },
    });
    expect(losses).toEqual([]);
  });

  it('with a header that names more queues', async () => {
    const { requester, queue, losses } = await serve();
    const headers = { ...half.headers, CC: [queue, 'elsewhere'] };
    const connection = connect();
    await connection.queueDeclare({ queue: 'elsewhere', durable: true });
    await requester.ask({}, { headers, messageId: 'bad', correlationId: 'bad' });
    await requester.answerTo('bad');
    await requester.ask(ask(1), { ...half, correlationId: 'good' });
    await requester.answerTo('good');
    await expect.poll(() => requester.waiting(queue)).toBe(0);
    expect(await requester.waiting(`${queue}.dlq`)).toBe(1);
    expect((await connection.queueDeclare({ queue: 'elsewhere', passive: true })).messageCount).toBe(1);
    expect(losses).toEqual([]);
  });

  it('with a queue of answers that is full, or that is gone, or is none', async () => {
    const { requester, queue, losses } = await serve({ retryDelay: 50, attempts: 3 });
    const connection = connect();
    const full = `full-${queue}`;
    await connection.queueDeclare({
      queue: full,
      durable: true,
      arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' },
    });
    const envelope = (id: string, replyTo: string) => ({
      ...half,
      replyTo,
      messageId: id,
      correlationId: id,
    });
    await requester.ask(ask(1), envelope('fits', full));
    await expect.poll(() => requester.waiting(full).catch(String)).toBe(1);
    await Promise.all([
      ...[1, 2].map(at => requester.ask(ask(1), envelope(`full ${at}`, full))),
      requester.ask(ask(1), envelope('gone', 'nowhere')),
      requester.ask(ask(1), envelope('forged', 'amq.rabbitmq.reply-to.forged')),
      ...Array.from({ length: 20 }, (_, at) =>
        requester.ask(ask(at), { ...half, messageId: `${at}`, correlationId: `${at}` }),
      ),
    ]);
    for (let at = 0; at < 20; at++)
      expect(json((await requester.answerTo(`${at}`)).body).outputs[0].data).toEqual([at / 2 + 2]);
    await expect.poll(() => requester.waiting(`${queue}.dlq`)).toBe(2);
    expect(losses).toEqual([]);
  });

  it('and is answered once its queue has room again', async () => {
    const { requester, queue, losses } = await serve({ retryDelay: 100, attempts: 12 });
    const full = `full-${queue}`;
    const limits = { 'x-max-length': 1, 'x-overflow': 'reject-publish' } as const;
    await connect().queueDeclare({ queue: full, durable: true, arguments: limits });
    const envelope = (id: string) => ({ ...half, replyTo: full, messageId: id, correlationId: id });
    await requester.ask(ask(1), envelope('first'));
    await expect.poll(() => requester.waiting(full)).toBe(1);
    await requester.ask(ask(2), envelope('second'));
    // It waits for another try.
    const waits = async () => {
      const lengths = [100, 200, 400, 800].map(ms => requester.waiting(`${queue}.retry.${ms}`));
      return (await Promise.all(lengths)).reduce((sum, length) => sum + length, 0);
    };
    await expect.poll(waits).toBe(1);
    expect((await requester.take(full))?.correlationId).toBe('first');
    await expect.poll(() => requester.waiting(full)).toBe(1);
    const second = await requester.take(full);
    expect(second?.messageId).toBe('second');
    expect(json(second!.body).outputs[0].data).toEqual([3]);
    expect(await requester.waiting(`${queue}.dlq`)).toBe(0);
    expect(losses).toEqual([]);
  });
});
