// @module-tag chromium
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startBackend } from '@murmuration/engine/backend/backend';
import { createTraining } from '@murmuration/engine/fused/create';
import type { DescentSettings } from '@murmuration/engine/fused/descent';
import { topologyOf } from '@murmuration/engine/fused/model-topology';
import type { Topology } from '@murmuration/engine/fused/topology';
import type { FusedBatch } from '@murmuration/engine/fused/training';
import { readWeights } from '@murmuration/engine/models/model';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import { NegativeSampler } from '@murmuration/engine/objective/negative-sampler';
import type { Batch } from '@murmuration/engine/objective/objective';
import { sampledSoftmaxLoss } from '@murmuration/engine/objective/sampled-softmax';
import * as tf from '@murmuration/engine/tfjs/tf';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleOf } from '../../scripts/program.mjs';
import { chromiumOptions } from '../chromium.ts';
import { batchOf, build, small } from '../unit/engine/fused/models.ts';
import { chain, batchOf as imagesOf } from '../unit/engine/fused/stack/agreement.ts';
import { uniformOf } from '../unit/engine/numbers.ts';

const STEPS = 300;
const settings: DescentSettings = {
  learningRate: 0.1,
  proximal: 0,
  gradientClip: 1,
  optimizer: { kind: 'sgd' },
};

/** One training as it is handed to the page. */
interface Job {
  readonly topology: Topology;
  readonly settings: DescentSettings;
  readonly weights: readonly number[];
  /** Taken in turns. */
  readonly batches: readonly FusedBatch[];
  readonly steps: number;
  /** Classes, and negatives of each step, where the softmax is sampled. */
  readonly sampled: readonly [classes: number, negatives: number] | null;
}

/** Makes the sampler of a job; the page has the same function. */
function samplerOf(sampled: Job['sampled'], Sampler: typeof NegativeSampler, uniform: () => number) {
  return sampled && new Sampler(...sampled, uniform);
}

/** The page's program: trains, and hands back the losses and the weights. */
const program = `
  import { createTraining } from '@murmuration/engine/fused/create';
  import { NegativeSampler } from '@murmuration/engine/objective/negative-sampler';
  ${samplerOf}
  ${uniformOf}
  globalThis.train = async ({ topology, settings, weights, batches, steps, sampled }) => {
    const training = await createTraining(topology);
    const sampler = samplerOf(sampled, NegativeSampler, uniformOf(1));
    training.begin(Float32Array.from(weights), settings, { batch: 1, steps: 1 }, 0, sampler);
    const losses = Array.from({ length: steps }, (_, i) => training.step(batches[i % batches.length]));
    return { losses, weights: [...training.read(new Float32Array(weights.length))] };
  };
`;

async function bundledProgram(): Promise<string> {
  const bundle = await bundleOf(program);
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  return output[0].code;
}

/** Serves the page under a strict policy. */
function serve(script: string): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader('content-security-policy', "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
    if (request.url === '/')
      return response
        .setHeader('content-type', 'text/html')
        .end('<script type="module" src="/program.js"></script>');
    if (request.url === '/program.js')
      return response.setHeader('content-type', 'text/javascript').end(script);
    return response.writeHead(404).end();
  });
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)));
}

let server: Server;
let browser: Browser;

beforeAll(async () => {
  await startBackend();
  await tf.setBackend('wasm');
  server = await serve(await bundledProgram());
  browser = await chromium.launch(chromiumOptions);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** A model over images, with a convolution that is wide and one that is not. */
function digits(): tf.LayersModel {
  const { conv2d, maxPooling2d, flatten, dense } = tf.layers;
  const convolution = { kernelSize: 5, padding: 'same', activation: 'relu' } as const;
  return chain(
    [
      conv2d({ ...convolution, inputShape: [8, 8, 1], filters: 16 }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ ...convolution, filters: 17 }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 10 }),
    ],
    3,
  );
}

const words = (_: tf.LayersModel, seed: number) => batchOf(small, 4, 5, seed);

it.each<
  [string, () => tf.LayersModel, (model: tf.LayersModel, seed: number) => Batch, negatives: number | null]
>([
  ['over words', () => build(small), words, null],
  ['whose output is tied', () => build({ ...small, tied: true }), words, null],
  ['with sampled softmax', () => build(small), words, 6],
  ['over images', digits, (model, seed) => imagesOf(model, 4, seed), null],
])(
  'a page under a strict policy trains a model %s to the same bytes as Node, along the loss curve of the generic path',
  async (_, make, batchFor, negatives) => {
    const model = make();
    const tensors = Array.from({ length: 7 }, (_, i) => batchFor(model, i));
    const values = (tensor: tf.Tensor) => ({ shape: tensor.shape, values: Array.from(tensor.dataSync()) });
    const job: Job = {
      topology: topologyOf(model) as Topology,
      settings,
      weights: [...readWeights(model, new Float32Array(model.countParams()))],
      batches: tensors.map(({ inputs, labels, weights }) => ({
        inputs: values(inputs),
        labels: values(labels),
        weights: values(weights),
      })),
      steps: STEPS,
      sampled: negatives === null ? null : [small.words, negatives],
    };
    const tab = await browser.newPage();
    // Loaded means that its program has run.
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const inPage = await tab.evaluate(job => {
      const { train } = globalThis as unknown as {
        train(job: Job): Promise<{ losses: number[]; weights: number[] }>;
      };
      return train(job);
    }, job);

    const training = await createTraining(job.topology);
    const sampler = () => samplerOf(job.sampled, NegativeSampler, uniformOf(1));
    training.begin(Float32Array.from(job.weights), settings, { batch: 1, steps: 1 }, 0, sampler());
    const sampled = sampledSoftmaxLoss(model);
    const drawn = sampler();
    const lossOf = (batch: Batch) => (drawn ? sampled(batch, drawn.draw()) : softmaxLoss(model, batch));
    const variables = model.trainableWeights.map(weight => weight.read() as tf.Variable);
    for (let i = 0; i < STEPS; i++) {
      const loss = training.step(job.batches[i % job.batches.length]!);
      expect(inPage.losses[i]).toBeCloseTo(loss, 10);
      expect(
        Math.abs(inPage.losses[i]! - genericStep(() => lossOf(tensors[i % tensors.length]!), variables)),
      ).toBeLessThan(1e-3);
    }
    expect(inPage.weights).toEqual([...training.read(new Float32Array(job.weights.length))]);
  },
);

/** One step by tfjs' operations, clipped as the settings say; the loss before it. */
function genericStep(loss: () => tf.Scalar, variables: tf.Variable[]): number {
  return tf.tidy(() => {
    const { value, grads } = tf.variableGrads(loss, variables);
    const norm = tf.addN(Object.values(grads).map(grad => grad.square().sum())).sqrt();
    const scale = tf.minimum(1, tf.div(settings.gradientClip!, norm)).mul(settings.learningRate);
    for (const variable of variables) variable.assign(variable.sub(grads[variable.name]!.mul(scale)));
    return value.arraySync();
  });
}
