import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServeOptions } from '@murmuration/serving/assembly/serve-models';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import { rows } from '@murmuration/serving/precompute/job/inputs';
import { precompute } from '@murmuration/serving/precompute/job/job';
import { type Entry, lastEntries } from '@murmuration/serving/request-log/files/reading';
import { verifyLog } from '@murmuration/serving/request-log/files/verify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { GrpcClient } from './grpc-client.ts';
import { openWorld, type World } from './world.ts';

let path: string;
let world: World | undefined;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'murmuration-log-'));
});

afterEach(async () => {
  await world?.close();
  world = undefined;
  await rm(path, { recursive: true, force: true });
});

const folder = () => join(path, 'log');
const entries = (): Promise<readonly Entry[]> => lastEntries(folder(), 1_000, () => true);
const open = async (log: z.input<typeof inferenceSchema>, more: Partial<ServeOptions> = {}) => {
  world = await openWorld(
    async each => {
      await each.putEcho('words', 1, [{ name: 'text', datatype: 'BYTES', shape: [-1] }]);
      await each.putEcho('numbers', 1, [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }]);
    },
    log,
    more,
  );
  return world;
};
const sentence = (text: string, more: object = {}) =>
  JSON.stringify({ ...more, inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: [text] }] });

describe('an inference server that logs', () => {
  it('writes what it is asked by each protocol, and what it answers', async () => {
    const { ask, close, faults } = await open({ log: { files: { folder: folder() } } });
    const headers = { 'x-request-id': 'from-header' };
    expect((await ask('POST', '/v2/models/words/infer', sentence('a', { id: 'mine' }), headers)).status).toBe(
      200,
    );
    expect((await ask('POST', '/v1/models/words:predict', '{"instances":["b"]}', headers)).status).toBe(200);
    expect((await ask('POST', '/invocations?model=numbers', '{"inputs":{"x":[[1,2]]}}')).status).toBe(200);
    expect((await ask('POST', '/v2/models/numbers/infer', sentence('c', { id: 'wrong' }))).status).toBe(400);
    await close();
    world = undefined;
    expect(faults).toEqual([]);
    const found = (await entries()).map(({ event, id, model, version, protocol, status, tensors }) =>
      [event, id.replace(/^[0-9a-f]{32}$/, 'by chance'), model, version, protocol, status, tensors].join(' '),
    );
    expect(found).toEqual([
      'request mine words 1 oip  text BYTES [1]',
      'response mine words 1 oip ok text_out BYTES [1]',
      'request from-header words 1 tf-serving  text BYTES [1]',
      'response from-header words 1 tf-serving ok text_out BYTES [1]',
      'request by chance numbers 1 mlflow  x FP32 [1, 2]',
      'response by chance numbers 1 mlflow ok x_out FP32 [1, 2]',
      'request wrong numbers 1 oip  BYTES [1]',
      'response wrong numbers 1 oip inference.input ',
    ]);
  });

  it('writes nothing of the rows that precompute jobs run', async () => {
    const job = precompute({
      name: 'texts',
      model: 'words',
      inputs: rows(() => [{ id: 'a', text: 'ahead of time' }]),
      key: 'id',
      every: '1 h',
    });
    const { ask, close } = await open(
      { log: { files: { folder: folder() } } },
      { precompute: { jobs: [job], into: join(path, 'rows.db') } },
    );
    await expect.poll(async () => (await ask('GET', '/v1/precomputed/texts/a')).status).toBe(200);
    await ask('POST', '/v2/models/words/infer', sentence('asked'));
    await close();
    world = undefined;
    expect((await entries()).map(({ protocol }) => protocol)).toEqual(['oip', 'oip']);
  });

  it('counts what it wrote, and takes settings by model, tensor, parameter and header', async () => {
    const { ask, close } = await open({
      log: {
        files: { folder: folder(), chain: 'keyed' },
        rate: { numbers: 0 },
        allow: [{ model: 'words', tensors: ['text'], parameters: ['k'], headers: ['User-Agent'] }],
        person: { in: 'header', name: 'X-User' },
      },
    });
    const body = sentence('hello', { parameters: { k: 3, other: 4 } });
    await ask('POST', '/v2/models/words/infer', body, { 'x-user': 'Ada', 'user-agent': 'tester' });
    await ask('POST', '/invocations?model=numbers', '{"inputs":{"x":[[1,2]]}}');
    await expect
      .poll(async () => (await ask('GET', '/metrics')).text())
      .toContain('murmuration_inference_log_written_total{sink="files"} 2');
    await close();
    world = undefined;
    const [request, response] = (await entries()).map(({ text }) => JSON.parse(text));
    expect(request).toMatchObject({
      metadata: '{"user-agent":"tester"}',
      person: expect.stringMatching(/^[0-9a-f]{64}$/),
      data: { parameters: { k: 3 }, inputs: [{ name: 'text', data: ['hello'] }] },
    });
    expect(request.data.parameters).toEqual({ k: 3 });
    expect(JSON.stringify(response)).not.toContain('hello');
    const { readKey, keyBeside } = await import('@murmuration/serving/request-log/key');
    const key = await readKey(keyBeside(folder()));
    expect(request.person).toBe(key.person('Ada'));
    expect((await verifyLog(folder(), { key: key.chain, known: null })).problem).toBeNull();
  });

  it('writes what it is asked over gRPC, and whom that is about', async () => {
    const { grpc, close } = await open({
      grpc: { port: 0 },
      log: {
        files: { folder: folder() },
        allow: [{ tensors: ['text'], parameters: ['k'], headers: ['x-team'] }],
        person: { in: 'parameter', name: 'user' },
      },
    });
    const client = new GrpcClient(grpc!);
    await client.ask(
      'ModelInfer',
      {
        model_name: 'words',
        id: 'mine',
        parameters: { k: { int64_param: 3 }, user: { string_param: 'Ada' } },
        inputs: [
          { name: 'text', datatype: 'BYTES', shape: [1], contents: { bytes_contents: [Buffer.from('hi')] } },
        ],
      },
      { metadata: { 'x-team': 'blue', authorization: 'Bearer private' } },
    );
    client.close();
    await close();
    world = undefined;
    const [request, response] = (await entries()).map(({ text }) => JSON.parse(text));
    expect(request).toMatchObject({ id: 'mine', protocol: 'grpc', person: expect.any(String) });
    expect(request.data).toMatchObject({ parameters: { k: 3 }, inputs: [{ name: 'text', data: ['hi'] }] });
    expect(JSON.parse(request.metadata)).toMatchObject({ 'x-team': 'blue' });
    expect(JSON.stringify([request, response])).not.toMatch(/private|Ada/);
  });

  it('answers all the same, in the same order, while nobody takes the log', async () => {
    const deaf = createServer(() => {});
    await new Promise<void>(resolve => deaf.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}/`;
    const { ask, faults } = await open({
      log: { http: { url }, allow: [{ tensors: ['text', 'text_out'] }] },
    });
    const answers: number[] = [];
    // Of some 64 kB each, of which 32 MiB may wait.
    for (let i = 0; i < 300; i++) {
      const response = await ask('POST', '/v2/models/words/infer', sentence(String(i).padEnd(65_000)));
      answers.push(Number((await response.json()).outputs[0].data[0]));
    }
    expect(answers).toEqual(Array.from({ length: 300 }, (_, i) => i));
    const metrics = await (await ask('GET', '/metrics')).text();
    expect(metrics).toMatch(/murmuration_inference_log_dropped_total\{sink="http",reason="full"\} [1-9]/);
    expect(faults).toEqual([]);
    deaf.closeAllConnections();
    deaf.close();
  });
});

describe('the settings of a log', () => {
  const issues = (log: object) =>
    inferenceSchema
      .safeParse({ log })
      .error?.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`);

  it('say what is missing or may not be', () => {
    expect(issues({})).toEqual([
      'log: expected files, database, kafka or http, to which requests are logged',
    ]);
    const http = { url: 'http://127.0.0.1/' };
    expect(issues({ http, person: { in: 'header', name: 'x-user' } })).toEqual([
      'log.key: expected a file: who is meant can not be hidden without a key',
    ]);
    expect(issues({ http, allow: [{ headers: ['Authorization'] }] })).toEqual([
      'log.allow.0.headers.0: expected a name that is not one of a secret',
    ]);
    expect(issues({ http: { url: 'file:///etc/passwd' } })).toHaveLength(1);
    expect(issues({ http })).toBeUndefined();
    const sasl = { mechanism: 'plain', username: 'log', password: 'secret' };
    const kafka = { brokers: ['127.0.0.1:9092'], topic: 'log', sasl };
    expect(issues({ kafka })).toEqual([expect.stringMatching(/^log\.kafka\.sasl\.mechanism: plain shows/)]);
    expect(issues({ kafka: { ...kafka, brokers: ['a:1', 'kafka+ssl://b:2'], sasl: null } })).toEqual([
      'log.kafka.brokers: expected kafka+ssl:// before all addresses, or before none',
    ]);
    expect(issues({ kafka: { ...kafka, brokers: ['kafka+ssl://127.0.0.1:9092'] } })).toBeUndefined();
  });

  it('refuse an anchor in the folder of the log', async () => {
    const log = { files: { folder: folder(), anchor: join(folder(), 'anchor') } };
    await expect(open({ log })).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
