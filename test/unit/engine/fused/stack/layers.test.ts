import { startBackend } from '@murmuration/engine/backend/backend';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import * as tf from '@murmuration/engine/tfjs/tf';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from '../../numbers.ts';
import { weightsOf } from '../in-training.ts';
import { batchOf, chain, ours, theirs } from './agreement.ts';

beforeAll(async () => {
  await startBackend();
});

const L = tf.layers;
const logits = () => L.dense({ units: 4 });

async function agrees(layers: tf.layers.Layer[], rows: number, seed: number, tolerance = 2e-5) {
  await tf.setBackend('cpu');
  const model = chain([...layers, logits()], seed);
  const batch = batchOf(model, rows, seed);
  const [expected, actual] = [theirs(model, batch), await ours(model, batch)];
  expect(Math.abs(actual.loss - expected.loss)).toBeLessThan(tolerance * Math.max(1, expected.loss));
  expect(relativeError(actual.change, expected.change, 0.1)).toBeLessThan(tolerance);
  model.dispose();
  tf.dispose(Object.values(batch));
}

const side = fc.integer({ min: 1, max: 5 });
const stride = fc.integer({ min: 1, max: 3 });
const window = fc.record({
  size: fc.tuple(side, side),
  strides: fc.tuple(stride, stride),
  padding: fc.constantFrom('same' as const, 'valid' as const),
});
const image = fc.record({
  height: fc.integer({ min: 5, max: 11 }),
  width: fc.integer({ min: 5, max: 11 }),
  channels: fc.integer({ min: 1, max: 6 }),
});
const seed = fc.integer({ min: 0, max: 10_000 });
const rows = fc.integer({ min: 1, max: 5 });
const activation = fc.constantFrom('linear' as const, 'relu' as const, 'tanh' as const, 'sigmoid' as const);

/** A convolution that hands gradients on, and before it one that makes sure that they are right. */
const first = ({ height, width, channels }: { height: number; width: number; channels: number }) =>
  L.conv2d({ inputShape: [height, width, 2], filters: channels, kernelSize: 1 });

describe('a stack of layers has the loss and the gradients of the CPU backend', () => {
  it('with convolutions of random sizes, strides, paddings and activations', async () => {
    const filters = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({ image, window, filters, activation, bias: fc.boolean(), rows, seed }),
        ({ image, window: { size, strides, padding }, filters, activation, bias, rows, seed }) =>
          agrees(
            [
              first(image),
              L.conv2d({ filters, kernelSize: size, strides, padding, activation, useBias: bias }),
              L.flatten(),
            ],
            rows,
            seed,
          ),
      ),
      { numRuns: 80 },
    );
  });

  it('with convolutions so wide that they run on transformed tiles', async () => {
    const taps = fc.integer({ min: 3, max: 5 });
    const many = fc.integer({ min: 16, max: 23 });
    const few = fc.integer({ min: 5, max: 8 });
    const small = fc.record({ height: few, width: few, channels: many });
    const padding = fc.constantFrom('same' as const, 'valid' as const);
    await fc.assert(
      fc.asyncProperty(
        fc.record({ image: small, kernelSize: fc.tuple(taps, taps), filters: many, padding }),
        fc.record({ activation, useBias: fc.boolean() }),
        fc.integer({ min: 1, max: 2 }),
        seed,
        ({ image, ...shape }, options, rows, seed) =>
          // Where a label is all but certain, the gradient is little more than the rounding of its probability.
          agrees([first(image), L.conv2d({ ...shape, ...options }), L.flatten()], rows, seed, 3e-4),
      ),
      { numRuns: 25 },
    );
  });

  it('with max pooling of random windows', async () => {
    await fc.assert(
      fc.asyncProperty(image, window, rows, seed, (image, { size, strides, padding }, rows, seed) =>
        agrees([first(image), L.maxPooling2d({ poolSize: size, strides, padding }), L.flatten()], rows, seed),
      ),
      { numRuns: 60 },
    );
  });

  it('with average pooling of random windows within the image, and of the whole image', async () => {
    await fc.assert(
      fc.asyncProperty(image, window, rows, seed, (image, { size, strides }, rows, seed) =>
        agrees([first(image), L.averagePooling2d({ poolSize: size, strides }), L.flatten()], rows, seed),
      ),
      { numRuns: 40 },
    );
    await agrees(
      [first({ height: 5, width: 7, channels: 3 }), L.globalAveragePooling2d({ dataFormat: 'channelsLast' })],
      3,
      1,
    );
  });

  it('with batch normalisation, moving statistics included', async () => {
    await fc.assert(
      fc.asyncProperty(image, fc.integer({ min: 2, max: 6 }), seed, (image, rows, seed) =>
        agrees(
          [
            first(image),
            L.batchNormalization({ momentum: 0.8, epsilon: 0.01 }),
            L.activation({ activation: 'relu' }),
            L.flatten(),
            L.dense({ units: 5 }),
            L.batchNormalization(),
            L.reLU(),
          ],
          rows,
          seed,
          1e-4,
        ),
      ),
      { numRuns: 30 },
    );
  });

  it('where patches take several blocks', async () => {
    await agrees(
      [
        L.conv2d({ inputShape: [40, 33, 5], filters: 7, kernelSize: 5, padding: 'same', activation: 'relu' }),
        L.conv2d({ filters: 6, kernelSize: [4, 5], strides: [2, 1] }),
        L.maxPooling2d({ poolSize: 4 }),
        L.flatten(),
      ],
      3,
      3,
      1e-4,
    );
    await agrees(
      [
        L.conv2d({ inputShape: [13, 12, 16], filters: 33, kernelSize: 5, padding: 'same' }),
        L.maxPooling2d({ poolSize: 2 }),
        L.conv2d({ filters: 17, kernelSize: 3, activation: 'relu' }),
        L.flatten(),
      ],
      3,
      3,
      1e-4,
    );
  });

  it('from rows that are reshaped to images', async () => {
    await agrees(
      [
        L.reshape({ inputShape: [36], targetShape: [6, 6, 1] }),
        L.conv2d({ filters: 3, kernelSize: 3 }),
        L.flatten(),
        L.dense({ units: 5, activation: 'tanh' }),
      ],
      3,
      2,
    );
    await agrees([L.flatten({ inputShape: [3, 2, 2] })], 3, 2);
  });
});

describe('average pooling over padding', () => {
  it('has the gradient of the mean of what is there, which differences show', async () => {
    // tfjs divides by the size of the window in the gradient, and by what is there in the mean.
    await tf.setBackend('cpu');
    const layers = [
      L.conv2d({ inputShape: [5, 5, 1], filters: 2, kernelSize: 1 }),
      L.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      L.flatten(),
      logits(),
    ];
    const model = chain(layers, 1);
    const batch = batchOf(model, 3, 1);
    const { change } = await ours(model, batch);
    const lossAt = (shift: number) => {
      const weights = weightsOf(model);
      weights[0]! += shift;
      const [filter, ...others] = model.getWeights() as [tf.Tensor, ...tf.Tensor[]];
      const shifted = tf.tensor([weights[0]!, weights[1]!], filter.shape);
      const before = filter.clone();
      model.setWeights([shifted, ...others]);
      const loss = softmaxLoss(model, batch).arraySync();
      model.setWeights([before, ...others]);
      return loss;
    };
    expect((lossAt(0.05) - lossAt(-0.05)) / 0.1).toBeCloseTo(change[0]!, 3);
  });
});
