import type { DescentSettings } from '@murmuration/engine/fused/descent';
import { samplerFor } from '@murmuration/engine/objective/negative-sampler';
import type { Batch } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { uniformOf } from '../../numbers.ts';
import { fused, plain, plainBatch, weightsOf } from '../in-training.ts';
import { batchOf, build, type Shape, small } from '../models.ts';
import { chain, batchOf as imagesOf } from '../stack/agreement.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const sgd: DescentSettings = { ...plain, learningRate: 0.5 };
const adam: DescentSettings = {
  ...sgd,
  proximal: 0.1,
  gradientClip: 1,
  optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-7 },
};

/** Losses and weights after three steps with so many threads. */
async function trained(
  threads: number,
  model: tf.LayersModel,
  batch: Batch,
  settings = sgd,
  negatives = 0,
): Promise<{ losses: number[]; weights: Float32Array }> {
  const training = await fused(model, { threads });
  const weights = weightsOf(model);
  const classes = model.outputs[0]!.shape.at(-1)!;
  const sampler = negatives > 0 ? samplerFor({ negatives }, classes, uniformOf(7)) : null;
  try {
    training.begin(weights, settings, { batch: 1, steps: 1 }, 1, sampler);
    const losses = [1, 2, 3].map(() => training.step(plainBatch(batch)));
    return { losses, weights: training.read(weights) };
  } finally {
    await training.close();
  }
}

async function alike(model: tf.LayersModel, batch: Batch, settings = sgd, negatives = 0): Promise<void> {
  const one = await trained(1, model, batch, settings, negatives);
  expect(one.weights.every(Number.isFinite)).toBe(true);
  for (const threads of [2, 3]) {
    const several = await trained(threads, model, batch, settings, negatives);
    expect(several.losses).toEqual(one.losses);
    expect(Buffer.from(several.weights.buffer).equals(Buffer.from(one.weights.buffer))).toBe(true);
  }
  model.dispose();
  tf.dispose(Object.values(batch));
}

/** Large enough for its products to be split. */
const words: fc.Arbitrary<Shape> = fc.record({
  words: fc.integer({ min: 1_500, max: 3_000 }),
  embedding: fc.integer({ min: 16, max: 40 }),
  maskZero: fc.boolean(),
  recurrent: fc
    .record({
      kind: fc.constantFrom('gru' as const, 'lstm' as const),
      units: fc.integer({ min: 20, max: 60 }),
      activation: fc.constant('tanh' as const),
      recurrentActivation: fc.constant('sigmoid' as const),
      useBias: fc.boolean(),
    })
    .map(layer => [layer]),
  everyPosition: fc.boolean(),
  hidden: fc.constantFrom([], [{ units: 33, activation: 'relu' as const, useBias: true }]),
  tied: fc.boolean(),
  seed: fc.integer({ min: 0, max: 10_000 }),
});

describe('training on several threads', () => {
  it('has the bytes of one, at the last position or at every one, tied or not', async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.integer({ min: 3, max: 30 }), fc.boolean(), async (shape, rows, adapts) => {
        await alike(build(shape), batchOf(shape, rows, 5, shape.seed), adapts ? adam : sgd);
      }),
      { numRuns: 12 },
    );
  });

  it('has the bytes of one with sampled softmax', async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.integer({ min: 300, max: 700 }), async (shape, negatives) => {
        await alike(build(shape), batchOf(shape, 12, 5, shape.seed), sgd, negatives);
      }),
      { numRuns: 4 },
    );
  });

  it('has the bytes of one for convolutions, of either kind', async () => {
    const sizes = fc.record({
      side: fc.integer({ min: 9, max: 16 }),
      first: fc.integer({ min: 16, max: 24 }),
      second: fc.integer({ min: 16, max: 36 }),
      rows: fc.integer({ min: 1, max: 6 }),
      seed: fc.integer({ min: 0, max: 10_000 }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ side, first, second, rows, seed }) => {
        const convolution = { kernelSize: 5, padding: 'same', activation: 'relu' } as const;
        const layers = [
          tf.layers.conv2d({ ...convolution, inputShape: [side, side, 3], filters: first }),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.conv2d({ ...convolution, filters: second }),
          tf.layers.flatten(),
          tf.layers.dropout({ rate: 0.2 }),
          tf.layers.dense({ units: 200, activation: 'relu' }),
          tf.layers.dense({ units: 10 }),
        ];
        const model = chain(layers, seed);
        await alike(model, imagesOf(model, rows, seed), { ...sgd, learningRate: 0.01 });
      }),
      { numRuns: 5 },
    );
  });

  it('hands on NaN', async () => {
    const shape = { ...small, words: 2_000, embedding: 20 };
    const model = build(shape);
    const training = await fused(model, { threads: 2 });
    const weights = weightsOf(model);
    weights[weights.length - 1] = Number.NaN;
    training.begin(weights, sgd, { batch: 20, steps: 5 });
    expect(training.step(plainBatch(batchOf(shape, 20, 5, 1)))).toBeNaN();
    expect(training.read(weights).subarray(-2_000).every(Number.isNaN)).toBe(true);
    await training.close();
  });
});
