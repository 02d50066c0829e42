import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { type FetchedModels, fetchModels, folderModels, inferenceSchema } from '@murmuration/serving/fetch';
import { layersRuntime } from '@murmuration/serving/runtime/layers';
import type { LoadedModel, Runtime } from '@murmuration/serving/runtime/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denseModel, halfPlusTwo } from './models.ts';
import { Workerd, workerd } from './workerd.ts';
import { openWorld, type World } from './world.ts';

const { text: token, id, sha256 } = mintInferenceToken(systemRandom, native);
const settings = {
  tokens: [{ id, name: 'tests', rights: ['predict' as const], sha256 }],
  preload: 'all' as const,
  body: 4_096,
};

/** A request, however it is brought. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: Buffer;
}

interface Answered {
  readonly status: number;
  readonly type: string | null;
  /** Bytes of the JSON before the tensors of a binary answer. */
  readonly jsonLength: string | null;
  readonly body: string;
}

const lengthHeader = 'inference-header-content-length';

async function answeredBy(response: Response): Promise<Answered> {
  const { status, headers } = response;
  const body = Buffer.from(await response.arrayBuffer()).toString('latin1');
  return { status, type: headers.get('content-type'), jsonLength: headers.get(lengthHeader), body };
}

const optionsOf = ({ method, headers, body }: Asked): RequestInit => ({
  method,
  headers,
  ...(body && { body: new Uint8Array(body) }),
});

let world: World;
let fetched: FetchedModels;
let lambda: (event: object, context: object) => Promise<LambdaAnswer>;
let functions: Server;
let functionsUrl: string;
let ofExamples: FetchedModels;
let worker: Workerd | undefined;

interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

beforeAll(async () => {
  world = await openWorld(async folder => {
    await folder.put('dense', 1, await denseModel(2, 3));
    await folder.put('half', 1, await halfPlusTwo());
  }, settings);
  fetched = await fetchModels({
    source: await folderModels(world.folder.path, systemClock),
    settings: inferenceSchema.parse(settings),
  });
  await fetched.preloaded;
  process.env.MODELS = world.folder.path;
  process.env.INFERENCE = JSON.stringify(settings);
  const examples = new URL('../../../../examples/serverless/', import.meta.url).href;
  lambda = (await import(/* @vite-ignore */ `${examples}lambda.js`)).handler;
  await import(/* @vite-ignore */ `${examples}functions.js`);
  ofExamples = (await import(/* @vite-ignore */ `${examples}models.js`)).models;
  functions = getTestServer('models').listen(0, '127.0.0.1');
  await once(functions, 'listening');
  functionsUrl = `http://127.0.0.1:${(functions.address() as AddressInfo).port}`;
  if (!workerd) return;
  worker = await Workerd.prepare(world.folder.path, process.env.INFERENCE);
  await worker.start(workerd);
});

afterAll(async () => {
  delete process.env.MODELS;
  delete process.env.INFERENCE;
  functions?.close();
  await worker?.stop();
  await ofExamples?.close();
  await fetched?.close();
  await world?.close();
});

/** Who answers, beside the server. */
const platforms: Readonly<Record<string, (asked: Asked) => Promise<Answered>>> = {
  'a fetch handler': async asked =>
    answeredBy(await fetched.fetch(new Request(`https://models.example${asked.path}`, optionsOf(asked)))),

  async 'AWS Lambda'({ method, path, headers, body }) {
    const {
      statusCode,
      headers: given,
      ...rest
    } = await lambda(
      {
        version: '2.0',
        rawPath: path,
        rawQueryString: '',
        headers: {
          host: 'models.example',
          ...headers,
          ...(body && { 'content-length': String(body.length) }),
        },
        requestContext: { http: { method, path } },
        ...(body && { body: body.toString('base64'), isBase64Encoded: true }),
      },
      {},
    );
    return {
      status: statusCode,
      type: given['content-type'] ?? null,
      jsonLength: given[lengthHeader] ?? null,
      body: Buffer.from(rest.body, rest.isBase64Encoded ? 'base64' : 'utf8').toString('latin1'),
    };
  },

  'Google Cloud Functions': async asked =>
    answeredBy(await fetch(functionsUrl + asked.path, optionsOf(asked))),

  'Cloudflare Workers': async asked => answeredBy(await fetch(worker!.url + asked.path, optionsOf(asked))),
};

const bearer = { authorization: `Bearer ${token}` };
const get = (path: string, headers: Record<string, string> = bearer): Asked => ({
  method: 'GET',
  path,
  headers,
});
const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}): Asked => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json', ...bearer, ...headers },
  body: Buffer.from(body),
});
const x = { name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 2] };
const question = JSON.stringify({ id: 'one', inputs: [x] });
const binaryHeader = JSON.stringify({
  inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', parameters: { binary_data_size: 8 } }],
  outputs: [{ name: 'y', parameters: { binary_data: true } }],
});

const requests: readonly (readonly [what: string, asked: Asked, status: number])[] = [
  ['whether it is live, without a token', get('/v2/health/live', {}), 200],
  ['whether it is ready, without a token', get('/v2/health/ready', {}), 200],
  ['what the server is', get('/v2'), 200],
  ['the names of the models', get('/v2/models'), 200],
  ['what a model takes', get('/v2/models/dense'), 200],
  ['whether a version is ready', get('/v2/models/dense/versions/1/ready'), 200],
  ['an inference', post('/v2/models/dense/infer', question), 200],
  [
    'an inference in bytes',
    post(
      '/v2/models/dense/infer',
      Buffer.concat([Buffer.from(binaryHeader), Buffer.from(Float32Array.of(1, 2).buffer)]),
      { 'content-type': 'application/octet-stream', [lengthHeader]: String(binaryHeader.length) },
    ),
    200,
  ],
  [
    'a packed inference',
    post('/v2/models/dense/infer', gzipSync(question), { 'content-encoding': 'gzip' }),
    200,
  ],
  ['TensorFlow Serving', post('/v1/models/half:predict', '{"instances": [2, 3, 4]}'), 200],
  ['a model that is not there', get('/v2/models/nothing'), 404],
  ['an address that is not there', get('/nothing'), 404],
  ['without a token', get('/v2/models', {}), 401],
  ['with a token that may not', post('/v2/repository/models/dense/unload', '{}'), 403],
  ['an input of another shape', post('/v2/models/dense/infer', '{"inputs": []}'), 400],
  ['a body that is too long', post('/v2/models/dense/infer', `{"pad": "${' '.repeat(5_000)}"}`), 413],
];

describe.each(Object.entries(platforms))('%s', (name, platform) => {
  const isHere = workerd !== undefined || name !== 'Cloudflare Workers';
  it.skipIf(!isHere).each(requests)('answers %s as the server does', async (_what, asked, status) => {
    const ofServer = await answeredBy(await fetch(world.url + asked.path, optionsOf(asked)));
    expect(ofServer.status).toBe(status);
    expect(await platform(asked)).toEqual(ofServer);
  });

  it.skipIf(!isHere)('gives back the room of each body', async () => {
    for (let request = 0; request < 20; request++)
      expect(await platform(post('/v2/models/dense/infer', question))).toMatchObject({ status: 200 });
  });
});

describe('a fetch handler', () => {
  it('reads no more of a body than a request may have', async () => {
    let read = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        read += 1_024;
        controller.enqueue(new Uint8Array(1_024));
      },
    });
    const request = new Request('https://models.example/v2/models/dense/infer', {
      method: 'POST',
      headers: bearer,
      body,
      duplex: 'half',
    } as RequestInit);
    expect(await answeredBy(await fetched.fetch(request))).toMatchObject({ status: 413 });
    expect(read).toBeLessThan(256 * 1_024);
  });

  it('asks for a token, and refuses what needs a process that lives on', async () => {
    const source = await folderModels(world.folder.path, systemClock);
    const open = (given: object) => fetchModels({ source, settings: inferenceSchema.parse(given) });
    await expect(open({})).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(open({ ...settings, grpc: { port: 0 } })).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringMatching(/inference\.grpc/),
    });
    await source.close();
  });

  it('answers what is under way when it closes, and nothing after that', async () => {
    const layers = layersRuntime();
    let open = () => {};
    let opened = Promise.resolve();
    const holding: Runtime = {
      name: layers.name,
      loads: content => layers.loads(content),
      close: () => layers.close(),
      async load(content) {
        const model = await layers.load(content);
        const run: LoadedModel['run'] = async (...given) => {
          await opened;
          return model.run(...given);
        };
        return { ...model, run, close: () => model.close() };
      },
    };
    const closing = await fetchModels({
      source: await folderModels(world.folder.path, systemClock),
      settings: inferenceSchema.parse(settings),
      runtimes: [holding],
    });
    await closing.preloaded;
    opened = new Promise(resolve => {
      open = resolve;
    });
    const ask = ({ path, ...asked }: Asked) =>
      closing.fetch(new Request(`https://models.example${path}`, optionsOf({ path, ...asked })));
    const underWay = ask(post('/v1/models/half:predict', '{"instances": [2, 3, 4]}'));
    await expect.poll(() => closing.server.pending).toBe(1);
    const closed = closing.close();
    open();
    expect(await (await underWay).json()).toEqual({ predictions: [3, 3.5, 4] });
    await closed;
    await closing.close();
    expect((await ask(get('/v2/health/ready'))).status).toBe(503);
    expect((await ask(post('/v1/models/half:predict', '{"instances": [2]}'))).status).toBe(503);
  });
});
