import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Suggestions } from '@murmuration/demo-keyboard-app/task/suggestions';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { predictorOf } from '@murmuration/engine/runtime/predict';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { type ServedModels, serveModels } from '@murmuration/serving/assembly/serve-models';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import { lastEntries } from '@murmuration/serving/request-log/files/reading';
import { coordinatorModels } from '@murmuration/serving/source/coordinator';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elementsOf, GrpcClient } from '../unit/serving/server/grpc-client.ts';
import { enrolmentToken, lineTask } from './line.ts';

const words = 'the a cat dog sat ran on mat how are you today fine'.split(' ');
const vocabulary = new Vocabulary(words);
const size = { vocabulary: vocabulary.size, embedding: 8, gru: 12, dense: null };
const serving = keyboardServing(vocabulary);
const { text: token, ...listed } = mintInferenceToken(systemRandom, native);

let coordinator: Coordinator;
let storage: Stores;
let replica: ServedModels;
let log: string;

beforeAll(async () => {
  log = await mkdtemp(join(tmpdir(), 'murmuration-log-'));
  storage = await openStorage(undefined, systemClock);
  coordinator = await createCoordinator(
    parseConfig({
      port: 0,
      enrolmentTokens: [enrolmentToken],
      log: 'silent',
      inference: {
        log: { files: { folder: join(log, 'log') } },
        tokens: [{ ...listed, name: 'test', rights: ['predict', 'manage', 'feedback', 'monitor'] }],
        grpc: { port: 0 },
      },
    }),
    [
      lineTask({
        name: 'keyboard',
        model: () => nextWordModel(size, 1),
        serving: { transformer: serving.transformer },
      }),
      lineTask({
        name: 'own',
        model: () => nextWordModel(size, 1),
        plan: { learningRate: 1, privateLayers: ['embedding'] },
      }),
    ],
    { clock: systemClock, random: systemRandom, storage },
  );
  replica = await serveModels({
    source: await coordinatorModels(coordinator.url, systemClock),
    settings: inferenceSchema.parse({
      grpc: { port: 0 },
      report: { url: coordinator.url, token },
    }),
    port: 0,
    transformers: { keyboard: serving.transformer },
    clock: systemClock,
    primitives: native,
  });
});

afterAll(async () => {
  await replica.close();
  await coordinator.stop();
  await storage.close();
  await rm(log, { recursive: true, force: true });
});

const ask = (
  url: string,
  path: string,
  body: object,
  headers: Record<string, string> = { authorization: `Bearer ${token}` },
) => fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers });
const sentences = (...data: readonly string[]) => ({
  inputs: [{ name: 'text', shape: [data.length], datatype: 'BYTES', data }],
});
const texts = ['how are', 'The CAT sat', '', 'one that it never heard of, '.repeat(20)];

/** The words that the device itself would suggest. */
async function suggestedBy(seed: number, text: string): Promise<string[]> {
  const model = nextWordModel(size, seed);
  const { predictor } = await predictorOf(model);
  const suggestions = new Suggestions(predictor, vocabulary);
  const ids = serving.input(text);
  // As the serving has it: a long text is cut.
  predictor.begin();
  for (const id of ids) predictor.next(id);
  const found = suggestions.next(3);
  model.dispose();
  return found;
}

describe.each([
  ['a coordinator', () => coordinator.grpc],
  ['a replica of it', () => replica.grpc],
])('%s', (_, address) => {
  it('answers over gRPC as over HTTP', async () => {
    const client = new GrpcClient(address()!);
    const request = {
      model_name: 'keyboard',
      model_version: 'champion',
      inputs: [
        {
          name: 'text',
          shape: [texts.length],
          datatype: 'BYTES',
          contents: { bytes_contents: texts.map(text => Buffer.from(text)) },
        },
      ],
    };
    const answer = await client.ask('ModelInfer', request, { token });
    const response = await ask(coordinator.url, '/v2/models/keyboard/infer', sentences(...texts));
    const [found, probabilities] = (await response.json()).outputs;
    expect(elementsOf(answer)).toEqual([found.data, probabilities.data.map(Math.fround)]);
    client.close();
  });
});

describe.each([
  ['a coordinator', () => coordinator.url],
  ['a replica of it', () => replica.url],
])('%s', (_, url) => {
  it('answers a sentence with words, from the first version on', async () => {
    const response = await ask(url(), '/v2/models/keyboard/infer', sentences(...texts));
    expect(response.status).toBe(200);
    const { model_version, outputs } = await response.json();
    expect(model_version).toBe('0');
    const [found, probabilities] = outputs;
    expect(found).toMatchObject({ name: 'words', datatype: 'BYTES', shape: [4, 3] });
    for (const [row, text] of texts.entries())
      expect(found.data.slice(3 * row, 3 * row + 3)).toEqual(await suggestedBy(1, text));
    expect(probabilities).toMatchObject({ name: 'probabilities', datatype: 'FP32', shape: [4, 3] });
    for (const value of probabilities.data) expect(value).toBeGreaterThan(0);
    for (let row = 0; row < 4; row++) {
      const own = probabilities.data.slice(3 * row, 3 * row + 3);
      expect(own).toEqual(own.toSorted((a: number, b: number) => b - a));
      expect(own[0] + own[1] + own[2]).toBeLessThan(1);
    }
  });

  it('gives one text the same words, whatever it stands beside', async () => {
    const answers = await Promise.all(
      texts.map(async text => (await ask(url(), '/v2/models/keyboard/infer', sentences(text))).json()),
    );
    const together = await (await ask(url(), '/v2/models/keyboard/infer', sentences(...texts))).json();
    expect(answers.flatMap(({ outputs }) => outputs[0].data)).toEqual(together.outputs[0].data);
  });

  it('answers in the words of TensorFlow Serving', async () => {
    const response = await ask(url(), '/v1/models/keyboard:predict', {
      instances: ['how are', { b64: 'aG93IGFyZQ==' }],
    });
    const { predictions } = await response.json();
    expect(predictions[0].words).toEqual(await suggestedBy(1, 'how are'));
    expect(predictions[1]).toEqual(predictions[0]);
  });

  it('takes tokens and gives logits as well', async () => {
    const inputs = [{ name: 'ids', shape: [1, 2], datatype: 'INT32', data: [1, 5] }];
    const response = await ask(url(), '/v2/models/keyboard/infer', { inputs });
    const { outputs } = await response.json();
    expect(outputs[0]).toMatchObject({ name: 'logits', shape: [1, 2, vocabulary.size] });
    const refused = await ask(url(), '/v2/models/keyboard/infer', {
      inputs: [{ ...inputs[0], data: [1, 99] }],
    });
    expect(refused.status).toBe(400);
  });

  it('does not offer a model whose private layers it does not have', async () => {
    const models = await fetch(`${url()}/v2/models`, { headers: { authorization: `Bearer ${token}` } });
    expect(await models.json()).toEqual({ models: ['keyboard'] });
    expect((await ask(url(), '/v2/models/own/infer', sentences('a'))).status).toBe(404);
  });

  it('keeps its other routes', async () => {
    const [model] = await storage.history.versions('keyboard' as TaskName, 1, 1);
    const answers = await fetch(`${coordinator.url}/v1/models/${model?.model}/model.json`);
    expect(answers.status).toBe(200);
    expect((await fetch(`${coordinator.url}/v1/tasks`, { method: 'POST', body: 'x' })).status).toBe(404);
    const packed = await fetch(`${coordinator.url}/v1/updates/x/y`, {
      method: 'PUT',
      body: 'x',
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/octet-stream' },
    });
    expect([404, 415]).toContain(packed.status);
  });
});

describe('a coordinator', () => {
  it('lets nobody in without its token once there is one', async () => {
    for (const path of [
      '/v2/models/keyboard/infer',
      '/v1/models/keyboard:predict',
      '/invocations',
      '/v2/repository/models/keyboard/unload',
    ]) {
      expect((await ask(coordinator.url, path, sentences('a'), {})).status).toBe(401);
      const forged = token.replace(/.$/, last => (last === 'A' ? 'B' : 'A'));
      expect(
        (await ask(coordinator.url, path, sentences('a'), { authorization: `Bearer ${forged}` })).status,
      ).toBe(401);
    }
    expect((await fetch(`${coordinator.url}/v2/health/live`)).status).toBe(200);
  });

  it('tells what it answered in its metrics', async () => {
    await ask(coordinator.url, '/v2/models/keyboard/infer', sentences('how are'));
    const metrics = await (await fetch(`${coordinator.url}/metrics`)).text();
    expect(metrics).toMatch(
      /murmuration_inference_requests_total\{model="keyboard",version="0",protocol="oip",code="ok"\} \d/,
    );
    expect(metrics).toMatch(/murmuration_inference_model_loaded\{model="keyboard",version="0"\} 1/);
  });
});

describe('feedback', () => {
  it('on a prediction of either arrives at either, and the coordinator shows it', async () => {
    const [first, second] = await suggestedBy(1, 'how are');
    const metrics = async () => (await fetch(`${coordinator.url}/metrics`)).text();
    for (const [url, id] of [
      [replica.url, 'of the replica'],
      [coordinator.url, 'of the coordinator'],
    ] as const)
      await (await ask(url, '/v2/models/keyboard/infer', { id, ...sentences('how are') })).json();
    const tell = async (url: string, id: string, outcome: unknown) => {
      const response = await ask(url, '/v1/feedback', { id, outcome });
      return [response.status, (await response.json()).result];
    };
    expect(await tell(replica.url, 'of the coordinator', first)).toEqual([200, 'joined']);
    await expect.poll(() => tell(coordinator.url, 'of the replica', second)).toEqual([200, 'joined']);
    expect(await tell(replica.url, 'of the replica', second)).toEqual([200, 'repeated']);
    expect((await tell(coordinator.url, 'of the coordinator', 'other'))[0]).toBe(409);
    expect((await tell(replica.url, 'of nobody', 'other'))[0]).toBe(404);
    const shown = await metrics();
    expect(shown).toContain('murmuration_model_accuracy_ratio{model="keyboard",version="0"} 0.5');
    expect(shown).toMatch(/murmuration_feedback_total\{outcome="joined"\} 2/);
    const grpc = new GrpcClient(replica.grpc!);
    const request = {
      model_name: 'keyboard',
      id: 'over gRPC',
      inputs: [
        {
          name: 'text',
          shape: [1],
          datatype: 'BYTES',
          contents: { bytes_contents: [Buffer.from('how are')] },
        },
      ],
    };
    await grpc.ask('ModelInfer', request, {});
    grpc.close();
    expect(await tell(replica.url, 'over gRPC', first)).toEqual([200, 'joined']);
  });
});

describe('a new version', () => {
  it('is answered with by the coordinator and its replica, and no request fails meanwhile', async () => {
    const task = 'keyboard' as TaskName;
    const head = await storage.history.head(task);
    const { describeModel } = await import('@murmuration/engine/models/model');
    const { encodeModel } = await import('@murmuration/protocol/weights/model-files');
    const model = nextWordModel(size, 2);
    const { topology, layout, weights } = describeModel(model);
    model.dispose();
    const bytes = encodeModel(topology, layout, weights);
    await storage.blobs.put(bytes.weights);
    await storage.blobs.put(bytes.json);
    const version = { ...head!.version, number: 1, model: bytes.hash, parent: head!.version.model };
    const expected = await suggestedBy(2, 'how are');
    let isOver = false;
    const failures: number[] = [];
    const load = [coordinator.url, replica.url].map(async url => {
      while (!isOver) {
        const response = await ask(url, '/v2/models/keyboard/infer', sentences('how are'));
        if (response.status !== 200) failures.push(response.status);
        await response.json();
      }
    });
    await storage.history.commit({ head: { version, state: head!.state } });
    coordinator.moments.versionStored(version);
    for (const url of [coordinator.url, replica.url])
      await expect
        .poll(async () => {
          const body = await (await ask(url, '/v2/models/keyboard/infer', sentences('how are'))).json();
          return [body.model_version, body.outputs[0].data];
        })
        .toEqual(['1', expected]);
    isOver = true;
    await Promise.all(load);
    expect(failures).toEqual([]);
    const old = await ask(replica.url, '/v2/models/keyboard/versions/0/infer', sentences('how are'));
    expect((await old.json()).outputs[0].data).toEqual(await suggestedBy(1, 'how are'));
  });
});

describe('a replica', () => {
  it('serves on while the coordinator is away', async () => {
    const text = utf8('how are');
    await coordinator.stop();
    const response = await ask(
      replica.url,
      '/v2/models/keyboard/infer',
      sentences(new TextDecoder().decode(text)),
    );
    expect(response.status).toBe(200);
    const unknown = await ask(replica.url, '/v2/models/keyboard/versions/7/infer', sentences('a'));
    expect(unknown.status).toBe(503);
  });
});

describe('the log of a coordinator', () => {
  it('has what it was asked by the time that it has stopped, and no word of that', async () => {
    await coordinator.stop();
    const entries = await lastEntries(join(log, 'log'), 10_000, () => true);
    const protocols = new Set(entries.map(({ protocol }) => protocol));
    for (const protocol of ['oip', 'tf-serving']) expect(protocols).toContain(protocol);
    // What was right is a word that somebody typed: without a rule, only that it came is logged.
    const feedback = entries.filter(({ text }) => text.includes('serving.inference.feedback'));
    expect(feedback).toHaveLength(3);
    for (const { text } of feedback) expect(text).not.toContain('"outcome"');
    expect(new Set(entries.map(({ model, version }) => `${model}@${version}`))).toContain('keyboard@1');
    const texts = entries.map(({ text }) => text).join('\n');
    expect(texts).toContain('"name":"text","datatype":"BYTES","shape":[4]');
    for (const secret of ['how are', 'CAT', token]) expect(texts).not.toContain(secret);
  });
});
