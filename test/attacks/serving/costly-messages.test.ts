// @module-tag rabbitmq
import { rabbitmqSchema } from '@murmuration/serving/brokers/settings';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AmqpRequester } from '../../e2e/amqp-requester.ts';
import { RabbitmqServer } from '../../e2e/rabbitmq-server.ts';
import { openWorld, type World } from '../../unit/serving/server/world.ts';

const queue = 'requests';
let broker: RabbitmqServer;
let world: World;
let requester: AmqpRequester;

beforeAll(async () => {
  broker = await RabbitmqServer.start();
  let isConnected = () => {};
  const connected = new Promise<void>(resolve => {
    isConnected = resolve;
  });
  world = await openWorld(
    folder => folder.putEcho('x', 1, [{ name: 'x', datatype: 'INT64', shape: [-1] }]),
    {},
    {
      brokers: {
        rabbitmq: rabbitmqSchema.parse({ url: broker.url, queue }),
        pace: { prefetch: 2 },
        events: { connected: isConnected },
      },
    },
  );
  await connected;
  requester = new AmqpRequester(broker.url, queue, 'answers');
});

afterAll(async () => {
  requester?.close();
  await world?.close();
  await broker?.remove();
});

it('one message of a broker does not silence a replica: it is refused, and others are answered', async () => {
  const headers = { 'mlserver-model': 'x' };
  const bodies = [`"INT64 ${'9'.repeat(16)}${'\\"'.repeat(300_000)}`, `{"inputs":${'[],'.repeat(2 << 20)}`];
  for (const [at, body] of bodies.entries())
    await requester.ask(Buffer.from(body), { headers, correlationId: `costly ${at}` });
  const inputs = [{ name: 'x', datatype: 'INT64', shape: [1], data: [7] }];
  await requester.ask({ inputs }, { headers, correlationId: 'small' });
  expect(JSON.parse(String((await requester.answerTo('small')).body)).outputs[0].data).toEqual([7]);
  for (const at of bodies.keys())
    expect((await requester.answerTo(`costly ${at}`)).headers).toMatchObject({
      'murmuration-error': 'inference.input',
    });
  expect(world.faults).toEqual([]);
});
