// @module-tag rabbitmq
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { rabbitmqSchema } from '@murmuration/serving/brokers/settings';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AmqpRequester } from '../../e2e/amqp-requester.ts';
import { RabbitmqServer } from '../../e2e/rabbitmq-server.ts';
import { halfPlusTwo } from '../../unit/serving/server/models.ts';
import { openWorld } from '../../unit/serving/server/world.ts';

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
const json = (body: Buffer) => JSON.parse(body.toString());

/** A queue that no other test has, a server that takes requests from it, and somebody who asks. */
async function serve(inference: Parameters<typeof openWorld>[1] = {}) {
  const queue = `keys-${names++}`;
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
        rabbitmq: rabbitmqSchema.parse({ url: broker.url, queue }),
        events: { connected: isConnected, lost: (_, reason) => lost.push(reason) },
      },
    },
  );
  closing.push(() => world.close());
  await connected;
  const requester = new AmqpRequester(broker.url, queue, `answers-${queue}`);
  closing.push(() => requester.close());
  return { queue, requester, lost };
}

const model = { 'mlserver-model': 'half' };

describe('whoever uses the key of somebody else first, in RabbitMQ', () => {
  it('does not silence its owner, whose token is another, nor with a token that is none', async () => {
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
    const { requester } = await serve({ tokens });
    const bring = (correlationId: string, value: number, token: string) =>
      requester.ask(ask(value), {
        correlationId,
        headers: { ...model, 'idempotency-key': 'order-17', authorization: `Bearer ${token}` },
      });
    await bring('nobody', 100, 'none');
    await bring('thief', 200, thief.text);
    await requester.answerTo('thief');
    await bring('owner', 4, owner.text);
    expect(json((await requester.answerTo('owner')).body).outputs[0].data).toEqual([4]);
    await bring('repeated', 4, owner.text);
    await bring('other', 5, owner.text);
    // Answered in their order, since they have one key.
    await requester.answerTo('other');
    expect(requester.answers.map(({ correlationId }) => correlationId)).not.toContain('repeated');
  });

  it('and has none to show, is told apart by what it asks: its owner hears a word, and no silence', async () => {
    const { requester, queue, lost } = await serve();
    const headers = { ...model, 'idempotency-key': 'order-17' };
    await requester.ask(ask(200), { correlationId: 'thief', headers });
    await requester.answerTo('thief');
    await requester.ask(ask(4), { correlationId: 'owner', headers });
    const { error } = json((await requester.answerTo('owner')).body);
    expect(error).toMatch(/^Another request with this key has been answered\. Use a new random key/);
    await expect.poll(() => requester.waiting(`${queue}.dlq`)).toBe(1);
    expect(await requester.take(`${queue}.dlq`)).toMatchObject({
      correlationId: 'owner',
      headers: { 'murmuration-error': 'inference.input' },
    });
    // The same again is still answered once.
    await requester.ask(ask(200), { correlationId: 'again', headers });
    await requester.ask(ask(1), { correlationId: 'last', headers: model });
    expect(json((await requester.answerTo('last')).body).outputs[0].data).toEqual([2.5]);
    expect(requester.answers.map(({ correlationId }) => correlationId).toSorted()).toEqual([
      'last',
      'owner',
      'thief',
    ]);
    expect(lost).toEqual([]);
  });

  it('or names headers as each object has some, holds up nobody', async () => {
    const { requester, queue, lost } = await serve();
    const named = (name: string, value: unknown) => Object.fromEntries([[name, value]]);
    const hostile = ['__proto__', 'constructor', 'toString'].flatMap(name => [
      named(name, 'x'),
      named(name, { authorization: 'Bearer x', length: 'y' }),
    ]);
    for (const [at, more] of hostile.entries())
      await requester.ask(Buffer.from('{'), { correlationId: `bad ${at}`, headers: { ...model, ...more } });
    await requester.ask(ask(1), { correlationId: 'good', headers: model });
    expect(json((await requester.answerTo('good')).body).outputs[0].data).toEqual([2.5]);
    for (const at of hostile.keys()) await requester.answerTo(`bad ${at}`);
    await expect.poll(() => requester.waiting(`${queue}.dlq`)).toBe(hostile.length);
    expect(lost).toEqual([]);
  });
});
