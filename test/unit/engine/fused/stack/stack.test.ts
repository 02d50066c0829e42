import { startBackend } from '@murmuration/engine/backend';
import * as tf from '@murmuration/engine/tf';
import { beforeAll, expect, it } from 'vitest';
import { relativeError } from '../../numbers.ts';
import { batchOf, chain, ours, theirs } from './agreement.ts';

beforeAll(async () => {
  await startBackend();
  await tf.setBackend('cpu');
});
const L = tf.layers;
it.each([
  [
    'conv',
    () => [
      L.conv2d({ inputShape: [7, 6, 3], filters: 5, kernelSize: 3, padding: 'same', activation: 'relu' }),
      L.flatten(),
      L.dense({ units: 4 }),
    ],
  ],
  [
    'strided',
    () => [
      L.conv2d({
        inputShape: [9, 8, 2],
        filters: 5,
        kernelSize: [3, 2],
        strides: [2, 3],
        padding: 'valid',
        activation: 'tanh',
      }),
      L.conv2d({ filters: 3, kernelSize: 2, strides: 2, padding: 'same' }),
      L.flatten(),
      L.dense({ units: 4 }),
    ],
  ],
  [
    'pool',
    () => [
      L.conv2d({ inputShape: [8, 8, 1], filters: 6, kernelSize: 5, padding: 'same', activation: 'relu' }),
      L.maxPooling2d({ poolSize: 2 }),
      L.averagePooling2d({ poolSize: 2, strides: 1 }),
      L.flatten(),
      L.dense({ units: 7, activation: 'relu' }),
      L.dense({ units: 4 }),
    ],
  ],
  [
    'norm',
    () => [
      L.conv2d({ inputShape: [8, 8, 1], filters: 6, kernelSize: 5, padding: 'same' }),
      L.batchNormalization(),
      L.activation({ activation: 'relu' }),
      L.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      L.flatten(),
      L.dense({ units: 7, activation: 'relu' }),
      L.batchNormalization(),
      L.dense({ units: 4 }),
    ],
  ],
] as [string, () => tf.layers.Layer[]][])('%s', async (_, layers) => {
  const model = chain(layers(), 3);
  const batch = batchOf(model, 5, 7);
  const a = await ours(model, batch),
    b = theirs(model, batch);
  expect(a.loss).toBeCloseTo(b.loss, 4);
  expect(relativeError(a.change, b.change, 0.01)).toBeLessThan(2e-5);
});
