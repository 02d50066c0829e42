import { startBackend } from '@murmuration/engine/backend/backend';
import { topologyOf } from '@murmuration/engine/fused/model-topology';
import { scorerOf } from '@murmuration/engine/runtime/predict';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers, relativeError } from '../../numbers.ts';
import { chain } from './agreement.ts';

beforeAll(async () => {
  await startBackend();
});

const L = tf.layers;

/** A model with whatever differs between training and use; an unknown layer makes it a generic one. */
function model(...unknown: tf.layers.Layer[]): tf.Sequential {
  const layers = [
    L.conv2d({ inputShape: [6, 5, 2], filters: 16, kernelSize: 3, padding: 'same' }),
    L.batchNormalization(),
    L.activation({ activation: 'relu' }),
    L.maxPooling2d({ poolSize: 2, padding: 'same' }),
    L.conv2d({ filters: 17, kernelSize: 3, padding: 'same' }),
    ...unknown,
    L.flatten(),
    L.dropout({ rate: 0.5 }),
    L.dense({ units: 3 }),
  ];
  return chain(layers, 4);
}

describe('a model over images in use', () => {
  it.each([
    ['fused', () => model()],
    ['generic', () => model(L.elu())],
  ])('scores as tfjs does, by moving statistics and without dropout: %s', async (path, make) => {
    const images = make();
    expect('features' in topologyOf(images)).toBe(path === 'fused');
    const scorer = await scorerOf(images);
    for (const batch of [2, 5, 1]) {
      const values = numbers(batch * 60, batch);
      const expected = tf.tidy(() =>
        (images.apply(tf.tensor(values, [batch, 6, 5, 2])) as tf.Tensor).dataSync(),
      );
      const heard: number[] = [];
      scorer.score(values, { batch, steps: 1 }, [...Array(batch).keys()], (row, scores, offset) => {
        heard.push(row);
        const theirs = expected.subarray(3 * row, 3 * row + 3);
        expect(relativeError(scores.subarray(offset, offset + 3), theirs, 0.1)).toBeLessThan(1e-5);
      });
      expect(heard).toEqual([...Array(batch).keys()]);
    }
  });
});
