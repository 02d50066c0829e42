// @module-tag rabbitmq
import type { PlatformClient } from '@murmuration/client-sdk/client/client';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { rabbitmqSchema } from '@murmuration/serving/brokers/settings';
import { coordinatorModels } from '@murmuration/serving/source/coordinator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AmqpRequester } from '../../e2e/amqp-requester.ts';
import { eventOf, lineClient } from '../../e2e/line.ts';
import { RabbitmqServer } from '../../e2e/rabbitmq-server.ts';
import { hurriedClock } from '../../hurried-clock.ts';
import { GrpcClient } from '../../unit/serving/server/grpc-client.ts';
import { openWorld } from '../../unit/serving/server/world.ts';
import { Target } from '../network/target.ts';
import { beginCall, prefix } from './stalled-call.ts';

const path = '/v2/models/line/infer';
const mebibyte = 1 << 20;

let target: Target;
/** Name of its model's input. */
let input: string;
const cleanUp: (() => unknown)[] = [];

/** A coordinator whose rounds need eight devices, which are there. */
beforeAll(async () => {
  // Devices pause between rounds.
  const clock = hurriedClock(10);
  const task = { cohort: { goal: 8, minimum: 8 }, deadlines: { gathering: '50 s', updates: '10 min' } };
  const config = { limits: { patience: 120_000 }, inference: { grpc: { port: 0 } } };
  target = await Target.open(config, { clock }, task);
  cleanUp.push(() => target.close());
  const clients: PlatformClient[] = Array.from({ length: 8 }, (_, at) =>
    lineClient(target.url, at, undefined, clock),
  );
  cleanUp.push(() => Promise.all(clients.map(client => client.stop())));
  for (const client of clients) await client.start();
  await target.coordinator.start();
  await rounds(1);
  const { inputs } = (await (await fetch(`${target.url}/v2/models/line`)).json()) as {
    inputs: [{ name: string }];
  };
  input = inputs[0].name;
});

afterAll(async () => {
  for (const clean of cleanUp.reverse()) await clean();
});

/** Waits for so many further rounds of eight devices. */
async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round++) await eventOf(target.coordinator.events, 'version');
}

/** Asks with the bytes of one number. */
async function infer(): Promise<number> {
  const headers = { 'inference-header-content-length': '0' };
  const body = new Uint8Array(Float32Array.of(1).buffer);
  return (await fetch(target.url + path, { method: 'POST', headers, body })).status;
}

/** Attacks again and again until two rounds more are published, and returns all that it was answered. */
async function during(attack: () => Promise<unknown>): Promise<Set<unknown>> {
  let isOver = false;
  const answers = new Set<unknown>();
  const attacking = (async () => {
    while (!isOver) answers.add(await attack());
  })();
  await Promise.race([rounds(2), attacking]);
  isOver = true;
  await attacking;
  return answers;
}

const tensor = (datatype: string, shape: readonly number[], data: string) =>
  `{"inputs":[{"name":"${input}","datatype":"${datatype}","shape":[${shape}],"data":${data}}]}`;
const csv = { 'content-type': 'text/csv' };

describe('a coordinator with eight devices publishes rounds, and answers others, while somebody sends', () => {
  it.each<
    [
      name: string,
      expected: number,
      path: string,
      make: () => string | Uint8Array,
      headers?: Record<string, string>,
    ]
  >([
    ['quotation marks without end', 400, path, () => `"INT64 ${'9'.repeat(16)}${'\\"'.repeat(4 * mebibyte)}`],
    ['lists without end', 400, path, () => `{"inputs":${'[],'.repeat(4 * mebibyte)}`],
    ['numbers of another shape', 400, path, () => tensor('FP32', [1], `[${'1,'.repeat(8 * mebibyte)}1]`)],
    [
      'numbers whose answer is longer than answers may be',
      413,
      path,
      () => tensor('FP32', [4 * mebibyte, 1], `[${'0.1,'.repeat(4 * mebibyte).slice(0, -1)}]`),
    ],
    [
      'strings with nothing in them',
      400,
      path,
      () => tensor('BYTES', [4 * mebibyte], `[${'"",'.repeat(4 * mebibyte).slice(0, -1)}]`),
    ],
    [
      'strings with nothing in them, as bytes',
      400,
      path,
      () => {
        const count = 4 * mebibyte;
        const head = `{"inputs":[{"name":"${input}","datatype":"BYTES","shape":[${count}],"parameters":{"binary_data_size":${4 * count}}}]}`;
        return Buffer.concat([Buffer.from(head.padEnd(500)), Buffer.alloc(4 * count)]);
      },
      { 'inference-header-content-length': '500' },
    ],
    [
      'bytes in base64, of which the last is none',
      400,
      '/v1/models/line:predict',
      () => `{"instances":[{"b64":"${'A'.repeat(16 * mebibyte)}*"}]}`,
    ],
    ['lists within lists', 400, '/v1/models/line:predict', () => `{"instances":${'['.repeat(16 * mebibyte)}`],
    ['lines with nothing on them', 400, '/invocations?model=line', () => '\n'.repeat(16 * mebibyte), csv],
    [
      'one quoted cell of CSV',
      400,
      '/invocations?model=line',
      () => `${input}\n"${'a'.repeat(16 * mebibyte)}"`,
      csv,
    ],
    [
      'many short lines of CSV',
      400,
      '/invocations?model=line',
      () => `${input}\n${'1\n'.repeat(8 * mebibyte)}`,
      csv,
    ],
  ])('%s', async (_, expected, to, make, headers = {}) => {
    const body = make() as BodyInit;
    const attack = async () => {
      const response = await fetch(target.url + to, { method: 'POST', headers, body });
      await response.arrayBuffer();
      return response.status;
    };
    expect(await during(attack)).toEqual(new Set([expected]));
    expect(await infer()).toBe(200);
    expect(target.faults).toEqual([]);
  });

  it('the beginnings of bodies, over HTTP and gRPC, and no more of them', async () => {
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n`;
    const grpc = target.coordinator.grpc!;
    for (let at = 0; at < 8; at++) {
      for (const headers of ['', 'Content-Encoding: gzip\r\n'])
        (await target.dial()).write(`${head}${headers}\r\n1\r\n{\r\n`);
      for (const headers of [{}, { 'grpc-encoding': 'gzip' }]) {
        const isPacked = 'grpc-encoding' in headers;
        const { session } = beginCall(grpc, headers, prefix(64 * mebibyte - 5, isPacked));
        cleanUp.push(() => session.destroy());
      }
    }
    const client = new GrpcClient(grpc);
    cleanUp.push(() => client.close());
    const inputs = [{ name: input, datatype: 'FP32', shape: [1, 1], contents: { fp32_contents: [1] } }];
    const call = () => client.refused('ModelInfer', { model_name: 'line', inputs });
    expect([await infer(), await call()]).toEqual([200, 'answered']);
    await rounds(2);
    expect([await infer(), await call()]).toEqual([200, 'answered']);
    expect(target.faults).toEqual([]);
  });
});

describe('a coordinator with eight devices', () => {
  // Kafka's: hostile-headers.test.ts.
  it('publishes rounds while somebody sends hostile messages to a server of its models', {
    tags: ['rabbitmq'],
  }, async () => {
    const broker = await RabbitmqServer.start();
    cleanUp.push(() => broker.remove());
    const lost: string[] = [];
    let isConnected = () => {};
    const connected = new Promise<void>(resolve => {
      isConnected = resolve;
    });
    const [owner, thief] = [0, 1].map(() => mintInferenceToken(systemRandom, native));
    const tokens = [owner!, thief!].map(({ id, sha256 }) => ({
      ...{ id, sha256, name: 'test' },
      rights: ['predict' as const],
    }));
    const source = await coordinatorModels(target.url);
    const rabbitmq = rabbitmqSchema.parse({ url: broker.url, queue: 'requests' });
    const events = { connected: isConnected, lost: (_: string, reason: string) => lost.push(reason) };
    const world = await openWorld(async () => {}, { tokens }, { source, brokers: { rabbitmq, events } });
    cleanUp.push(() => world.close());
    await connected;
    const requester = new AmqpRequester(broker.url, 'requests', 'answers');
    cleanUp.push(() => requester.close());
    const send = (body: string, correlationId: string, token: string, more: object = {}) =>
      requester.ask(Buffer.from(body), {
        correlationId,
        headers: { 'mlserver-model': 'line', authorization: `Bearer ${token}`, ...more },
      });
    const one = tensor('FP32', [1, 1], '[1]');
    const bodies = [`"INT64 ${'\\"'.repeat(300_000)}`, `{"inputs":${'[],'.repeat(2 * mebibyte)}`];
    let sent = 0;
    const attack = async () => {
      const key = { 'idempotency-key': `order-${sent++}` };
      await send(one, `none ${sent}`, 'none', key);
      await send(one, `thief ${sent}`, thief!.text, key);
      for (const name of ['__proto__', 'constructor'])
        await send('{', `${name} ${sent}`, thief!.text, Object.fromEntries([[name, { length: 'x' }]]));
      for (const body of bodies) await send(body, `costly ${sent}`, thief!.text);
      await send(one, `owner ${sent}`, owner!.text, key);
      return JSON.parse(String((await requester.answerTo(`owner ${sent}`)).body)).outputs[0].data.length;
    };
    expect(await during(attack)).toEqual(new Set([1]));
    expect([lost, world.faults, target.faults]).toEqual([[], [], []]);
  });
});

describe('a coordinator', () => {
  it('reads large bodies, and no others, in a thread of its own', async () => {
    const idle = await Target.open();
    cleanUp.push(() => idle.close());
    let threads = 0;
    const count = () => {
      threads += 1;
    };
    process.on('worker', count);
    try {
      for (const [numbers, expected] of [
        [1_000, 0],
        [1 << 20, 1],
        [1 << 20, 1],
      ] as const) {
        const body = `{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[${'1,'.repeat(numbers)}1]}]}`;
        expect((await fetch(idle.url + path, { method: 'POST', body })).status).toBe(400);
        expect(threads).toBe(expected);
      }
    } finally {
      process.off('worker', count);
    }
  });
});
