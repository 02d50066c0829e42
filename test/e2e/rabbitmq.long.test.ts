// @module-tag rabbitmq
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { type BrokerPace, rabbitmqSchema } from '@murmuration/serving/brokers/settings';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { halfPlusTwo, ModelFolder } from '../unit/serving/server/models.ts';
import { openWorld, type World } from '../unit/serving/server/world.ts';
import { AmqpRequester } from './amqp-requester.ts';
import { PackedProcess } from './processes.ts';
import { RabbitmqServer } from './rabbitmq-server.ts';

let broker: RabbitmqServer;
let requester: AmqpRequester | undefined;
let world: World | undefined;
const programs: PackedProcess[] = [];
let names = 0;

beforeAll(async () => {
  broker = await RabbitmqServer.start();
  // RabbitMQ forgets queues that it has made half a second ago when it is killed; these are older by then.
  const { requester } = await serve({ queue: 'lasting' });
  await requester.ask(ask(1), { ...half, correlationId: 'first' });
  await requester.answerTo('first');
  await requester.leave();
  await leave();
});

async function leave(): Promise<void> {
  requester?.close();
  requester = undefined;
  await world?.close();
  world = undefined;
}

afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.child.kill('SIGKILL');
    await program.ended();
  }
  await leave();
});

afterAll(() => broker?.remove());

const fill = async (folder: ModelFolder) => {
  await folder.put('half', 1, await halfPlusTwo());
  await folder.putEcho('wide', 1, [{ name: 'x', datatype: 'INT64', shape: [-1] }]);
};
const ask = (value: number) => ({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [value] }] });
const half = { headers: { 'mlserver-model': 'half' } };
const json = (body: Buffer) => JSON.parse(body.toString());

/** A queue that no other test has, a server that takes requests from it, and somebody who asks. */
async function serve(
  { queue = `requests-${names++}`, ...pace }: Partial<BrokerPace> & { readonly queue?: string } = {},
  inference: Parameters<typeof openWorld>[1] = {},
): Promise<{ readonly queue: string; readonly world: World; readonly requester: AmqpRequester }> {
  let isConnected = () => {};
  const connected = new Promise<void>(resolve => {
    isConnected = resolve;
  });
  const opened = await openWorld(fill, inference, {
    brokers: {
      rabbitmq: rabbitmqSchema.parse({ url: broker.url, queue }),
      pace,
      events: { connected: isConnected },
    },
  });
  world = opened;
  await connected;
  const asking = new AmqpRequester(broker.url, queue, `answers-${queue}`);
  requester = asking;
  return { queue, world: opened, requester: asking };
}

describe('requests from RabbitMQ', () => {
  it('are answered to whom they name, by their correlation, and wide integers stay whole', async () => {
    const { requester } = await serve();
    await requester.ask({ id: 'mine', ...ask(3) }, { ...half, correlationId: 'a', messageId: 'm' });
    const answer = await requester.answerTo('a');
    expect(answer.messageId).toBe('m');
    expect(answer.headers).toMatchObject({ 'mlserver-model': 'half', 'mlserver-version': '1' });
    expect(json(answer.body)).toMatchObject({ id: 'mine', model_name: 'half', outputs: [{ data: [3.5] }] });
    const wide = '{"inputs":[{"name":"x","datatype":"INT64","shape":[1],"data":[9007199254740993]}]}';
    await requester.ask(Buffer.from(wide), { headers: { 'mlserver-model': 'wide' }, correlationId: 'b' });
    expect((await requester.answerTo('b')).body.toString()).toContain('[9007199254740993]');
  });

  it('take tensors as bytes, and give them so', async () => {
    const { requester } = await serve();
    const head = Buffer.from(
      JSON.stringify({
        parameters: { binary_data_output: true },
        inputs: [{ name: 'x', datatype: 'FP32', shape: [2], parameters: { binary_data_size: 8 } }],
      }),
    );
    const body = Buffer.concat([head, Buffer.from(Float32Array.of(2, 4).buffer)]);
    const headers = { ...half.headers, 'inference-header-content-length': head.length };
    await requester.ask(body, { headers, correlationId: 'a', contentType: 'application/octet-stream' });
    const answer = await requester.answerTo('a');
    const length = Number(answer.headers['inference-header-content-length']);
    const bytes = answer.body.subarray(length);
    expect([bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([3, 4]);
  });

  it('become dead letters with their reason where they can not be answered, and hold up no other', async () => {
    const { requester, queue } = await serve({ prefetch: 1 }, { body: 10_000 });
    const bad: readonly [string, Buffer | object, object, string][] = [
      ['no JSON', Buffer.from('{'), half, 'inference.input'],
      ['no model', ask(1), {}, 'inference.input'],
      ['unknown model', ask(1), { headers: { 'mlserver-model': 'none' } }, 'model.missing'],
      ['too large', Buffer.alloc(10_001, ' '), half, 'request.too-large'],
      ['compressed', Buffer.from('x'), { ...half, contentEncoding: 'gzip' }, 'request.unsupported'],
      ['not its model', { inputs: [{ ...ask(1).inputs[0], name: 'y' }] }, half, 'inference.input'],
    ];
    for (const [name, body, envelope] of bad) await requester.ask(body, { ...envelope, correlationId: name });
    for (const replyTo of ['', queue, `${queue}.answered`])
      await requester.ask(ask(1), { ...half, replyTo, correlationId: 'nobody' });
    await requester.ask(ask(1), { ...half, correlationId: 'good' });
    expect(json((await requester.answerTo('good')).body).outputs[0].data).toEqual([2.5]);
    for (const [name, body, , code] of bad) {
      const letter = await requester.take(`${queue}.dlq`);
      expect(letter).toMatchObject({ correlationId: name, headers: { 'murmuration-error': code } });
      expect(letter?.headers['murmuration-reason']).toMatch(/\w/);
      expect(letter?.body).toEqual(Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)));
      // Whoever asked hears of it, too.
      const answer = requester.answers.find(({ correlationId }) => correlationId === name);
      expect(json(answer!.body).error).toMatch(/\w/);
    }
    for (let left = 3; left > 0; left--)
      expect(await requester.take(`${queue}.dlq`)).toMatchObject({ correlationId: 'nobody' });
    expect(await requester.waiting(`${queue}.dlq`)).toBe(0);
  });

  it('are answered once for one key, and again as a dead letter that is sent anew', async () => {
    const { requester, queue, world } = await serve();
    for (const correlationId of ['first', 'second'])
      await requester.ask(ask(1), { ...half, messageId: 'one key', correlationId });
    const metrics = async () => (await world.ask('GET', '/metrics')).text();
    await expect.poll(metrics).toMatch(/outcome="repeated",code="ok"\} 1/);
    // Both are at work at once, and either may come first.
    await requester.until(() => requester.answers.length === 1);
    await requester.ask({}, { ...half, messageId: 'bad', correlationId: 'bad' });
    await requester.answerTo('bad');
    const answered = requester.answers.map(each => each.correlationId);
    expect(answered).toEqual([expect.stringMatching(/^(first|second)$/), 'bad']);
    const letter = await requester.take(`${queue}.dlq`);
    await requester.ask(ask(1), { headers: { ...letter?.headers }, messageId: 'bad', correlationId: 'anew' });
    expect(json((await requester.answerTo('anew')).body).outputs[0].data).toEqual([2.5]);
  });

  it('need a token where there are any, which no dead letter keeps; what is too often is tried again', async () => {
    const { text, ...entry } = mintInferenceToken(systemRandom, native);
    // Slow enough that three at once are too many on any machine.
    const rate = { perSecond: 1 };
    const { text: readerText, ...reader } = mintInferenceToken(systemRandom, native);
    const tokens = [
      { ...entry, name: 'test', rights: ['predict' as const], rate },
      { ...reader, name: 'reader', rights: ['predict' as const] },
    ];
    const { requester, queue, world } = await serve({ retryDelay: 50, attempts: 10 }, { tokens });
    const authorization = `Bearer ${text}`;
    await requester.ask(ask(1), { ...half, correlationId: 'without' });
    expect((await requester.answerTo('without')).headers['murmuration-error']).toBe(
      'inference.unauthenticated',
    );
    const withToken = { headers: { ...half.headers, authorization } };
    await Promise.all(
      ['a', 'b', 'c'].map(correlationId => requester.ask(ask(1), { ...withToken, correlationId })),
    );
    for (const correlationId of ['a', 'b', 'c'])
      expect(json((await requester.answerTo(correlationId)).body).outputs).toHaveLength(1);
    await requester.ask({}, { ...withToken, correlationId: 'bad' });
    await requester.answerTo('bad');
    const letters = [await requester.take(`${queue}.dlq`), await requester.take(`${queue}.dlq`)];
    expect(letters.map(letter => letter?.correlationId)).toEqual(['without', 'bad']);
    expect(JSON.stringify(letters[1]?.headers)).not.toContain('mmi_');
    const asReader = { authorization: `Bearer ${readerText}` };
    const metrics = await (await world.ask('GET', '/metrics', undefined, asReader)).text();
    const inference = 'murmuration_inference';
    expect(metrics).toContain(
      `${inference}_broker_messages_total{protocol="rabbitmq",outcome="answered",code="ok"} 3`,
    );
    expect(metrics).toMatch(/outcome="retried",code="request.too-often"\} [1-9]/);
    expect(metrics).toContain(`${inference}_broker_lag{protocol="rabbitmq"} 0`);
    expect(metrics).toContain(`${inference}_broker_connected{protocol="rabbitmq"} 1`);
    expect(metrics).toMatch(/requests_total\{model="half",version="1",protocol="rabbitmq",code="ok"\} 3/);
  });
});

describe('kill -9 in the middle of some hundred requests', () => {
  const count = 600;
  const prefetch = 8;

  it('of the consumer: nothing is lost, and nothing answered twice', async () => {
    const queue = `requests-${names++}`;
    const folder = await ModelFolder.create();
    await fill(folder);
    const start = async () => {
      const program = new PackedProcess(
        'coordinator/cli/src/cli.ts',
        ['inference', '--from', folder.path, '--port', '0', '--queue', queue],
        { MURMURATION_RABBITMQ_URL: broker.url },
      );
      programs.push(program);
      await expect.poll(() => program.errors).toContain('Requests are taken from rabbitmq');
      return program;
    };
    let program = await start();
    const requester = new AmqpRequester(broker.url, queue, `answers-${queue}`);
    const asked = Promise.all(
      Array.from({ length: count }, (_, at) =>
        requester.ask(ask(at), { ...half, messageId: `key ${at}`, correlationId: `${at}` }),
      ),
    );
    // Early enough that much is left, however late this process hears of answers.
    for (const share of [0.2, 0.4]) {
      await requester.until(() => requester.answers.length >= share * count);
      program.child.kill('SIGKILL');
      await program.ended();
      expect(requester.answers.length).toBeLessThan(count);
      program = await start();
    }
    await asked;
    await requester.until(() => requester.answers.length >= count);
    // It leaves once everything is acknowledged.
    program.child.kill('SIGTERM');
    expect(await program.ended()).toBe(0);
    expect(await requester.waiting(queue)).toBe(0);
    expect(await requester.waiting(`${queue}.dlq`)).toBe(0);
    expect(requester.answers.map(each => Number(each.correlationId)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, at) => at),
    );
    for (const { correlationId, body } of requester.answers)
      expect(json(body).outputs[0].data).toEqual([Number(correlationId) / 2 + 2]);
    requester.close();
    await folder.remove();
  });

  it('of the broker: nothing is lost, what was on its way comes to the letter, and readiness says so', async () => {
    const { requester, queue, world } = await serve({ prefetch, queue: 'lasting' });
    const ready = async () => {
      const response = await world.ask('GET', '/v2/health/ready');
      return response.ok ? 'ready' : ((await response.json()) as { error: string }).error;
    };
    expect(await ready()).toBe('ready');
    const asked = Promise.all(
      Array.from({ length: count }, (_, at) =>
        requester.ask(ask(at), { ...half, messageId: `key ${at}`, correlationId: `${at}` }),
      ),
    );
    await requester.until(() => requester.answers.length >= 0.2 * count);
    await broker.kill();
    await expect.poll(ready).toMatch(/^No requests are taken from rabbitmq: /);
    expect(requester.answers.length).toBeLessThan(count);
    await broker.restart();
    await asked;
    await expect.poll(ready).toBe('ready');
    const bodies = new Map<string, string>();
    await requester.until(() => new Set(requester.answers.map(each => each.correlationId)).size === count);
    await expect.poll(() => requester.waiting(queue)).toBe(0);
    for (const { correlationId = '', messageId, body } of requester.answers) {
      expect(messageId).toBe(`key ${correlationId}`);
      expect(bodies.get(correlationId) ?? body.toString()).toBe(body.toString());
      bodies.set(correlationId, body.toString());
    }
    // Only what the broker had not confirmed when it died.
    expect(requester.answers.length - count).toBeLessThanOrEqual(prefetch);
    expect(await requester.waiting(`${queue}.dlq`)).toBe(0);
  });
});
