import { startBackend } from '@murmuration/engine/backend/backend';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from '../../numbers.ts';
import { fused, plain, plainBatch, sameCurve, weightsOf } from '../in-training.ts';
import { batchOf, chain } from './agreement.ts';

beforeAll(async () => {
  await startBackend();
});

const L = tf.layers;
const logits = () => L.dense({ units: 4 });

const net = (): tf.layers.Layer[] => [
  L.conv2d({ inputShape: [8, 8, 1], filters: 16, kernelSize: 5, padding: 'same', activation: 'relu' }),
  L.maxPooling2d({ poolSize: 2 }),
  L.conv2d({ filters: 17, kernelSize: 3, padding: 'same', activation: 'relu' }),
  L.averagePooling2d({ poolSize: 2 }),
  L.flatten(),
  L.dense({ units: 9, activation: 'relu' }),
];

describe('a convolutional model', () => {
  it('has the loss curve of the generic path over 300 steps', async () => {
    await tf.setBackend('wasm');
    const layers = [...net(), logits()];
    layers.splice(3, 0, L.batchNormalization());
    const model = chain(layers, 5);
    const batches = Array.from({ length: 10 }, (_, i) => batchOf(model, 8, 100 + i));
    const moved = await sameCurve(model, batches, { batch: 8, steps: 1 }, 0.05);
    expect(relativeError(moved, weightsOf(model))).toBeLessThan(1e-3);
  });

  it('is NaN where a weight or an input is', async () => {
    await tf.setBackend('cpu');
    const layers = [...net(), logits()];
    layers.splice(1, 0, L.batchNormalization());
    const model = chain(layers, 5);
    const batch = plainBatch(batchOf(model, 2, 1));
    const training = await fused(model);
    const weights = weightsOf(model);
    let at = 0;
    for (const weight of model.trainableWeights) {
      const broken = weights.slice();
      broken[at] = Number.NaN;
      training.begin(broken, plain, { batch: 2, steps: 1 });
      expect(training.step(batch), weight.originalName).toBeNaN();
      at += tf.util.sizeFromShape(weight.shape as number[]);
    }
    training.begin(weights, plain, { batch: 2, steps: 1 });
    const values = Float32Array.from(batch.inputs.values);
    values[9] = Number.NaN;
    expect(training.step({ ...batch, inputs: { ...batch.inputs, values } })).toBeNaN();
  });

  it('gives the same bytes for the same batches, of different sizes, and none for an empty one', async () => {
    await tf.setBackend('cpu');
    const layers = [...net(), logits()];
    layers.splice(1, 0, L.batchNormalization());
    const model = chain(layers, 5);
    const run = async (...extra: number[]) => {
      const training = await fused(model);
      training.begin(weightsOf(model), plain, { batch: 1, steps: 1 });
      for (const rows of [3, 1, ...extra, 4]) training.step(plainBatch(batchOf(model, rows, rows)));
      return training.read(new Float32Array(model.countParams()));
    };
    expect(await run()).toEqual(await run());
    expect(await run(0)).toEqual(await run());
  });

  it('knows its memory before training, takes no more in a step, and refuses what does not fit', async () => {
    await tf.setBackend('cpu');
    const model = chain([...net(), logits()], 5);
    const training = await fused(model);
    const bytes = training.begin(weightsOf(model), plain, { batch: 6, steps: 1 });
    for (const rows of [6, 3, 6, 1]) training.step(plainBatch(batchOf(model, rows, rows)));
    expect(training.bytes).toBe(bytes);
    const limited = await fused(model, { memoryLimit: 2 ** 20 });
    expect(() => limited.begin(weightsOf(model), plain, { batch: 5_000, steps: 1 })).toThrow(
      expect.objectContaining({ code: 'training.no-memory' }),
    );
    const batch = plainBatch(batchOf(model, 2, 1));
    const shaped = (shape: readonly number[]) => () =>
      training.step({ ...batch, inputs: { ...batch.inputs, shape } });
    // As many values in a row are those of the image.
    expect(shaped([2, 64])).not.toThrow();
    for (const shape of [
      [2, 32],
      [4, 8, 4, 1],
      [2, 8, 8],
    ])
      expect(shaped(shape)).toThrow(
        `Inputs of shape [${shape}] do not fit the model, which takes [batch,8,8,1].`,
      );
  });
});

describe('dropout', () => {
  const layers = (rate: number) => [
    L.flatten({ inputShape: [10, 10, 10] }),
    L.dropout({ rate }),
    L.dense({ units: 2 }),
  ];

  it('follows from the seed, and differs from step to step', async () => {
    await tf.setBackend('cpu');
    const model = chain(layers(0.3), 1);
    const batch = plainBatch(batchOf(model, 5, 1));
    const training = await fused(model);
    const losses = (seed: number) => {
      training.begin(weightsOf(model), { ...plain, learningRate: 0 }, { batch: 5, steps: 1 }, seed);
      return Array.from({ length: 200 }, () => training.step(batch));
    };
    const of7 = losses(7);
    expect(losses(7)).toEqual(of7);
    expect(losses(8)).not.toEqual(of7);
    expect(new Set(of7).size).toBeGreaterThan(190);
  });

  it('leaves out as many as its rate says, the same ones in the gradient', async () => {
    await tf.setBackend('cpu');
    // The gradient of a dense layer's kernel is the input times the outputGradient: 0 where the input was left out.
    const model = chain(layers(0.25), 1);
    const training = await fused(model);
    const weights = new Float32Array(model.countParams());
    training.begin(weights, plain, { batch: 1, steps: 1 }, 3);
    const inputs = { shape: [1, 10, 10, 10], values: new Float32Array(1_000).fill(1) };
    training.step({ inputs, labels: { shape: [1], values: Int32Array.of(1) } });
    const kernel = training.read(weights).subarray(0, 2_000);
    const kept = kernel.filter((value, i) => i % 2 === 1 && value !== 0);
    expect(kept.length).toBeGreaterThan(700);
    expect(kept.length).toBeLessThan(800);
    for (const value of kept) expect(value).toBeCloseTo(0.5 / 0.75, 6);
  });
});
