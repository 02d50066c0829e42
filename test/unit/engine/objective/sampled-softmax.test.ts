import { startBackend } from '@murmuration/engine/backend/backend';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import { NegativeSampler, type Negatives } from '@murmuration/engine/objective/negative-sampler';
import type { Batch } from '@murmuration/engine/objective/objective';
import { sampledSoftmaxLoss } from '@murmuration/engine/objective/sampled-softmax';
import * as tf from '@murmuration/engine/tfjs/tf';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fused, plain, plainBatch, weightsOf } from '../fused/in-training.ts';
import { batchOf, build, type Shape, small } from '../fused/models.ts';
import { relativeError, uniformOf } from '../numbers.ts';

beforeAll(async () => {
  await startBackend();
});

function samplerOf({ words }: Shape, count: number, seed: number): NegativeSampler {
  return new NegativeSampler(words, count, uniformOf(seed));
}

/** Loss and gradient, in the order of the layout. */
function gradientOf(model: tf.LayersModel, loss: () => tf.Scalar): { loss: number; gradient: Float32Array } {
  const variables = model.trainableWeights.map(weight => weight.read() as tf.Variable);
  const { value, grads } = tf.variableGrads(loss, variables);
  const gradient = tf.tidy(() => tf.concat(variables.map(({ name }) => grads[name]!.flatten())).dataSync());
  const [number] = value.dataSync();
  tf.dispose([value, grads]);
  return { loss: number!, gradient: gradient as Float32Array };
}

/** The sampled loss by all logits, one row after the other: TensorFlow's definition. */
function byHand(model: tf.LayersModel, batch: Batch, { classes, logCountOf }: Negatives): number {
  const logits = tf.tidy(() => (model.apply(batch.inputs) as tf.Tensor).dataSync());
  const words = model.outputs[0]!.shape.at(-1)!;
  const labels = batch.labels.dataSync();
  const weights = batch.weights.dataSync();
  let [sum, total] = [0, 0];
  for (const [row, label] of labels.entries()) {
    const score = (index: number) => logits[row * words + index]! - logCountOf(index);
    const others = Array.from(classes).filter(index => index !== label);
    const scores = [label, ...others].map(score);
    sum += weights[row]! * (Math.log(scores.reduce((all, one) => all + Math.exp(one), 0)) - scores[0]!);
    total += weights[row]!;
  }
  return sum / total;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  words: fc.integer({ min: 3, max: 40 }),
  embedding: fc.integer({ min: 1, max: 9 }),
  maskZero: fc.boolean(),
  recurrent: fc.constantFrom(small.recurrent, []),
  everyPosition: fc.constant(true),
  hidden: fc.constantFrom([], [{ units: 5, activation: 'tanh' as const, useBias: true }]),
  tied: fc.boolean(),
  seed: fc.integer({ min: 0, max: 10_000 }),
});

describe('sampled softmax', () => {
  it('RD12: has the loss that TensorFlow defines, and the same gradients on both paths, for random models', async () => {
    await tf.setBackend('cpu');
    await fc.assert(
      fc.asyncProperty(
        shape,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 2, max: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (shape, rows, steps, share) => {
          const count = Math.max(1, Math.floor(share * (Math.ceil(shape.words / 2) - 1)));
          const model = build(shape);
          const batch = batchOf(shape, rows, steps, shape.seed);
          const negatives = samplerOf(shape, count, shape.seed).draw();
          const loss = sampledSoftmaxLoss(model);
          const expected = gradientOf(model, () => loss(batch, negatives));
          expect(expected.loss).toBeCloseTo(byHand(model, batch, negatives), 4);
          const training = await fused(model);
          const weights = weightsOf(model);
          training.begin(weights, plain, { batch: 1, steps: 1 }, 0, samplerOf(shape, count, shape.seed));
          expect(training.step(plainBatch(batch))).toBeCloseTo(expected.loss, 4);
          const after = training.read(new Float32Array(weights.length));
          const gradient = weights.map((before, i) => before - after[i]!);
          expect(relativeError(gradient, expected.gradient, 0.01)).toBeLessThan(3e-5);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('agrees where logits take several blocks', async () => {
    await tf.setBackend('wasm');
    for (const tied of [false, true]) {
      const shape: Shape = { ...small, words: 50_000, embedding: 2, recurrent: [], tied, seed: 4 };
      const model = build(shape);
      const batch = batchOf(shape, 7, 4, 5);
      const loss = sampledSoftmaxLoss(model);
      const negatives = samplerOf(shape, 20_000, 1).draw();
      const expected = gradientOf(model, () => loss(batch, negatives));
      const training = await fused(model);
      const weights = weightsOf(model);
      training.begin(weights, plain, { batch: 7, steps: 4 }, 0, samplerOf(shape, 20_000, 1));
      expect(training.step(plainBatch(batch))).toBeCloseTo(expected.loss, 4);
      const after = training.read(new Float32Array(weights.length));
      const gradient = weights.map((before, i) => before - after[i]!);
      expect(relativeError(gradient, expected.gradient, 0.01)).toBeLessThan(3e-5);
    }
  });

  it('agrees on WebAssembly, also for a last layer that is none of the known ones', async () => {
    await tf.setBackend('wasm');
    const layers = () => [
      tf.layers.embedding({ inputDim: 23, outputDim: 6, inputLength: 4 }),
      tf.layers.dense({ units: 23 }),
    ];
    const known = tf.sequential({ layers: layers() });
    const unknown = tf.sequential({ layers: [...layers(), tf.layers.activation({ activation: 'linear' })] });
    unknown.setWeights(known.getWeights());
    const batch = batchOf(small, 3, 4, 1);
    const negatives = samplerOf(small, 6, 1).draw();
    const [expected, actual] = [known, unknown].map(model => {
      const loss = sampledSoftmaxLoss(model);
      return gradientOf(model, () => loss(batch, negatives));
    });
    expect(actual!.loss).toBeCloseTo(expected!.loss, 5);
    expect(relativeError(actual!.gradient, expected!.gradient)).toBeLessThan(1e-5);
    expect(expected!.loss).toBeCloseTo(byHand(known, batch, negatives), 4);
  });

  it('has nearly the gradient of the full softmax, on average', async () => {
    await tf.setBackend('wasm');
    const shape: Shape = { ...small, words: 40, seed: 4 };
    const model = build(shape);
    const batch = batchOf(shape, 4, 5, 1);
    const full = gradientOf(model, () => softmaxLoss(model, batch)).gradient;
    const sampler = samplerOf(shape, 15, 3);
    const training = await fused(model);
    const weights = weightsOf(model);
    const mean = new Float32Array(weights.length);
    for (let i = 0; i < 400; i++) {
      training.begin(weights, plain, { batch: 4, steps: 5 }, 0, sampler);
      training.step(plainBatch(batch));
      const after = training.read(new Float32Array(weights.length));
      for (let j = 0; j < mean.length; j++) mean[j]! += (weights[j]! - after[j]!) / 400;
    }
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const cosine = dot(mean, full) / Math.sqrt(dot(mean, mean) * dot(full, full));
    expect(cosine).toBeGreaterThan(0.98);
    expect(Math.sqrt(dot(mean, mean) / dot(full, full))).toBeCloseTo(1, 0.8);
  });

  it.each([false, true])(
    'has the same loss curve on both paths over 120 steps, and lowers the full loss, tied: %s',
    async tied => {
      await tf.setBackend('wasm');
      const shape: Shape = { ...small, words: 60, embedding: 12, tied, seed: 2 };
      const model = build(shape);
      const training = await fused(model);
      const batches = Array.from({ length: 10 }, (_, i) => batchOf(shape, 8, 6, 100 + i));
      const fullLoss = () =>
        batches.reduce((sum, batch) => sum + tf.tidy(() => softmaxLoss(model, batch).dataSync()[0]!), 0) / 10;
      const first = fullLoss();
      training.begin(
        weightsOf(model),
        { ...plain, learningRate: 0.5 },
        { batch: 8, steps: 6 },
        0,
        samplerOf(shape, 12, 9),
      );
      const sampler = samplerOf(shape, 12, 9);
      const loss = sampledSoftmaxLoss(model);
      const optimizer = tf.train.sgd(0.5);
      const variables = model.trainableWeights.map(weight => weight.read() as tf.Variable);
      for (let i = 0; i < 120; i++) {
        const batch = batches[i % batches.length]!;
        const negatives = sampler.draw();
        const value = optimizer.minimize(() => loss(batch, negatives), true, variables)!;
        const [expected] = value.dataSync();
        value.dispose();
        expect(Math.abs(training.step(plainBatch(batch)) - expected!)).toBeLessThan(1e-3);
      }
      expect(fullLoss()).toBeLessThan(first - 0.2);
    },
  );

  it('moves nothing where no position counts, and hands NaN on', async () => {
    await tf.setBackend('cpu');
    const model = build(small);
    const training = await fused(model);
    const weights = weightsOf(model);
    const batch = plainBatch(batchOf(small, 2, 3, 1));
    const nothing = { ...batch, weights: { shape: [2, 3], values: new Float32Array(6) } };
    training.begin(weights, plain, { batch: 2, steps: 3 }, 0, samplerOf(small, 5, 1));
    expect(training.step(nothing)).toBe(0);
    expect(training.read(new Float32Array(weights.length))).toEqual(weights);
    const broken = weights.slice();
    broken[Number(batch.inputs.values[0]) * small.embedding] = Number.NaN;
    training.begin(broken, plain, { batch: 2, steps: 3 }, 0, samplerOf(small, 5, 1));
    expect(training.step(batch)).toBeNaN();
  });
});
