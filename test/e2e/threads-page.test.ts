// @module-tag chromium
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTraining } from '@murmuration/engine/fused/create';
import type { DescentSettings } from '@murmuration/engine/fused/descent';
import { topologyOf } from '@murmuration/engine/fused/model-topology';
import type { Topology } from '@murmuration/engine/fused/topology';
import type { FusedBatch } from '@murmuration/engine/fused/training';
import { readWeights } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleOf } from '../../scripts/program.mjs';
import { chromiumOptions } from '../chromium.ts';
import { batchOf, build, small } from '../unit/engine/fused/models.ts';

const settings: DescentSettings = {
  learningRate: 0.1,
  proximal: 0,
  gradientClip: 1,
  optimizer: { kind: 'sgd' },
};

/** One training as it is handed to the worker of a page. */
interface Job {
  readonly topology: Topology;
  readonly settings: DescentSettings;
  readonly weights: readonly number[];
  readonly batch: FusedBatch;
}

/** What the worker answers: the weights after three steps, or why there are no two threads. */
type Answer = { readonly weights: readonly number[] } | { readonly refused: string };

const program = `
  import { createTraining } from '@murmuration/engine/fused/create';
  self.onmessage = async ({ data: { topology, settings, weights, batch } }) => {
    try {
      const training = await createTraining(topology, undefined, true, 2);
      training.begin(Float32Array.from(weights), settings, { batch: 1, steps: 1 });
      for (let step = 0; step < 3; step++) training.step(batch);
      const after = training.read(new Float32Array(weights.length));
      await training.close();
      self.postMessage({ weights: [...after] });
    } catch (error) {
      self.postMessage({ refused: error.message });
    }
  };
`;

async function workerScript(): Promise<string> {
  const bundle = await bundleOf(program);
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  return output[0].code;
}

const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
/** Headers of each page and of its worker. */
const pages: Record<string, Record<string, string>> = {
  isolated: { ...isolated, 'content-security-policy': `${policy} blob:` },
  strict: { ...isolated, 'content-security-policy': policy },
  plain: { 'content-security-policy': `${policy} blob:` },
};

function serve(script: string): Promise<Server> {
  const server = createServer((request, response) => {
    const [, page, file] = request.url!.split('/');
    const headers = pages[page!];
    if (!headers || (file !== '' && file !== 'worker.js')) return response.writeHead(404).end();
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('content-type', file === '' ? 'text/html' : 'text/javascript');
    return response.end(file === '' ? '<!doctype html>' : script);
  });
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)));
}

let server: Server;
let browser: Browser;
let job: Job;
let expected: number[];

beforeAll(async () => {
  await tf.setBackend('cpu');
  server = await serve(await workerScript());
  browser = await chromium.launch(chromiumOptions);
  const shape = { ...small, words: 2_000, embedding: 20 };
  const model = build(shape);
  const { inputs, labels, weights } = batchOf(shape, 20, 5, 1);
  const values = (tensor: tf.Tensor) => ({ shape: tensor.shape, values: Array.from(tensor.dataSync()) });
  job = {
    topology: topologyOf(model) as Topology,
    settings,
    weights: [...readWeights(model, new Float32Array(model.countParams()))],
    batch: { inputs: values(inputs), labels: values(labels), weights: values(weights) },
  };
  const training = await createTraining(job.topology);
  training.begin(Float32Array.from(job.weights), settings, { batch: 1, steps: 1 });
  for (let step = 0; step < 3; step++) training.step(job.batch);
  expected = [...training.read(new Float32Array(job.weights.length))];
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function answerOf(page: string): Promise<Answer> {
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${page}/`);
  return tab.evaluate(
    job =>
      new Promise<Answer>((resolve, reject) => {
        const worker = new Worker('worker.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = event => reject(new Error(event.message));
        worker.postMessage(job);
      }),
    job,
  );
}

it('the worker of an isolated page trains on two threads, to the bytes of one in Node', async () => {
  expect(await answerOf('isolated')).toEqual({ weights: expected });
});

it.each([
  ['whose policy allows no worker from a blob', 'strict', 'the page allows no worker from a blob'],
  ['that is not isolated', 'plain', 'not cross-origin isolated'],
])('the worker of a page %s gets no second thread, and is told why', async (_, page, why) => {
  expect(await answerOf(page)).toEqual({ refused: expect.stringContaining(why) });
});
