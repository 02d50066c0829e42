import { startBackend } from '@murmuration/engine/backend/backend';
import { javascriptWorkspace } from '@murmuration/engine/fused/javascript';
import { storedTopologyOf } from '@murmuration/engine/fused/stored-topology';
import { FusedTraining } from '@murmuration/engine/fused/training';
import { holdStatistics } from '@murmuration/engine/models/frozen-layers';
import { describeModel } from '@murmuration/engine/models/model';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import type { Batch } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from '../numbers.ts';
import { fused, plain, plainBatch, weightsOf } from './in-training.ts';
import { batchOf, build, type Shape, small } from './models.ts';
import { chain, batchOf as rowsOf } from './stack/agreement.ts';

beforeAll(async () => {
  await startBackend();
});

const L = tf.layers;

/** Freezes layers with weights by the bits of `mask`, the last one never. */
function freeze(model: tf.LayersModel, mask: number): void {
  const all = model.layers.filter(({ weights }) => weights.length > 0);
  for (const [i, layer] of all.slice(0, -1).entries()) layer.trainable = (mask & (1 << i)) === 0;
}

/** One step of length 1 by tfjs' operations and by the fused kernels: what it moved, in the order of the layout. */
async function bothMove(model: tf.LayersModel, batch: Batch, change: object = {}) {
  const before = weightsOf(model);
  const training = await fused(model);
  const extent = { batch: batch.inputs.shape[0]!, steps: batch.inputs.shape[1] ?? 1 };
  training.begin(before, { ...plain, ...change }, extent);
  const loss = training.step(plainBatch(batch));
  const after = training.read(new Float32Array(before.length));
  const variables = model.trainableWeights.map(weight => weight.read() as tf.Variable);
  holdStatistics(model);
  const { value, grads } = tf.variableGrads(() => softmaxLoss(model, batch), variables);
  const gradient = tf.tidy(() => tf.concat(variables.map(({ name }) => grads[name]!.flatten())).dataSync());
  const frozen = (values: Float32Array) => values.subarray(gradient.length);
  const expected = value.arraySync();
  tf.dispose([value, grads]);
  const ours = before.subarray(0, gradient.length).map((weight, i) => weight - after[i]!);
  return {
    loss,
    expected,
    ours,
    gradient: gradient as Float32Array,
    before: frozen(before),
    after: frozen(after),
  };
}

async function agrees(model: tf.LayersModel, batch: Batch) {
  const { loss, expected, ours, gradient, before, after } = await bothMove(model, batch);
  expect(Math.abs(loss - expected)).toBeLessThan(2e-5 * Math.max(1, expected));
  expect(relativeError(ours, gradient, 0.01)).toBeLessThan(1e-4);
  expect(after).toEqual(before);
  model.dispose();
  tf.dispose(Object.values(batch));
}

const layer = { units: 5, activation: 'tanh', recurrentActivation: 'sigmoid', useBias: true } as const;
const two: Shape = {
  ...small,
  recurrent: [
    { ...layer, kind: 'gru' },
    { ...layer, kind: 'lstm', units: 4 },
  ],
  hidden: [{ units: 6, activation: 'relu', useBias: true }],
};

describe('a fused step of a model with frozen layers', () => {
  it('has the gradients of the others, and leaves them as they are, whichever they are', async () => {
    await tf.setBackend('cpu');
    for (let mask = 0; mask < 16; mask++) {
      const model = build(two);
      freeze(model, mask);
      await agrees(model, batchOf(two, 3, 4, mask));
    }
  });

  it('has those of a tied output over a frozen table, which is its bias', async () => {
    await tf.setBackend('cpu');
    for (const everyPosition of [true, false])
      for (const mask of [1, 2, 3]) {
        const shape = { ...small, tied: true, everyPosition };
        const model = build(shape);
        freeze(model, mask);
        await agrees(model, batchOf(shape, 3, 4, mask));
      }
  });

  it('goes by the moving statistics of frozen normalisation, and through it', async () => {
    await tf.setBackend('cpu');
    for (let mask = 0; mask < 16; mask++) {
      if ((mask & 2) === 0) continue;
      const model = chain(
        [
          L.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' }),
          L.batchNormalization(),
          L.conv2d({ filters: 17, kernelSize: 3, padding: 'valid', activation: 'relu' }),
          L.maxPooling2d({ poolSize: 2 }),
          L.flatten(),
          L.dense({ units: 5, activation: 'tanh' }),
          L.dense({ units: 4 }),
        ],
        3,
      );
      const [, norm] = model.layers.filter(({ weights }) => weights.length > 0);
      norm!.setWeights(
        [
          [1.5, 0.5, -1],
          [0.1, 0, 0.2],
          [0.2, -0.1, 0],
          [0.5, 2, 1],
        ].map(each => tf.tensor1d(each)),
      );
      freeze(model, mask);
      await agrees(model, rowsOf(model, 4, mask));
    }
  });

  it('keeps frozen weights bit for bit through Adam, momentum, a pull and a clip', async () => {
    await tf.setBackend('cpu');
    const settings = fc.record({
      mask: fc.integer({ min: 1, max: 15 }),
      proximal: fc.constantFrom(0, 0.3),
      gradientClip: fc.constantFrom(null, 0.05),
      optimizer: fc.constantFrom(
        { kind: 'sgd' as const },
        { kind: 'momentum' as const, momentum: 0.9, nesterov: true },
        { kind: 'adam' as const, beta1: 0.9, beta2: 0.99, epsilon: 1e-4 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(settings, async ({ mask, ...rest }) => {
        const model = build(two);
        freeze(model, mask);
        const before = weightsOf(model);
        const trained = model.trainableWeights.reduce(
          (sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]),
          0,
        );
        const training = await fused(model);
        training.begin(before, { ...plain, learningRate: 0.1, ...rest }, { batch: 3, steps: 4 });
        for (let i = 0; i < 3; i++) training.step(plainBatch(batchOf(two, 3, 4, i)));
        const after = training.read(new Float32Array(before.length));
        expect(training.trainable).toBe(trained);
        expect(after.subarray(trained)).toEqual(before.subarray(trained));
        expect(after.subarray(0, trained)).not.toEqual(before.subarray(0, trained));
        model.dispose();
      }),
      { numRuns: 20 },
    );
  });

  it('clips by the gradients of the others only', async () => {
    await tf.setBackend('cpu');
    const model = build(two);
    freeze(model, 7);
    const batch = batchOf(two, 3, 4, 1);
    const { ours } = await bothMove(model, batch, { gradientClip: 0.01 });
    expect(Math.hypot(...ours)).toBeCloseTo(0.01, 6);
  });

  it('is read without TensorFlow.js as with it, and moves the same in JavaScript', async () => {
    await tf.setBackend('cpu');
    for (const mask of [1, 2, 5, 7]) {
      const model = build(two);
      freeze(model, mask);
      const { topology, layout, weights } = describeModel(model);
      const read = storedTopologyOf(topology, layout.tensors);
      if ('reason' in read) throw new Error(read.reason);
      const batch = plainBatch(batchOf(two, 3, 4, mask));
      const run = (training: FusedTraining) => {
        training.begin(weights, { ...plain, learningRate: 0.1 }, { batch: 3, steps: 4 });
        training.step(batch);
        return training.read(new Float32Array(weights.length));
      };
      const plainly = run(new FusedTraining(read, javascriptWorkspace()));
      expect(relativeError(plainly, run(await fused(model)))).toBeLessThan(1e-5);
      model.dispose();
    }
  });
});
