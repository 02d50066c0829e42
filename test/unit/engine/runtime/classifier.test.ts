import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { beforeAll, describe, expect, it } from 'vitest';

const vocabulary = 7;
const files = (model: tf.LayersModel) => ({ hash: '0'.repeat(64) as ModelHash, ...describeModel(model) });

/** A next-token model that no fused kernel knows: what it is asked to read can be watched. */
function tokens(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: vocabulary, outputDim: 4 }),
      tf.layers.simpleRNN({ units: 3 }),
      tf.layers.dense({ units: vocabulary }),
    ],
  });
}

describe('a model in use', () => {
  beforeAll(() => startBackend());

  it('gives the logits after an input, and at each position of it', async () => {
    const model = tokens();
    const classifier = await classifierOf(files(model), vocabulary);
    const expected = (input: number[]) =>
      tf.tidy(() => (model.predict(tf.tensor2d([input], undefined, 'int32')) as tf.Tensor).dataSync());
    const close = (logits: ArrayLike<number>, input: number[]) => {
      for (const [i, value] of expected(input).entries()) expect(logits[i]).toBeCloseTo(value, 5);
    };
    close(classifier.after([1]), [1]);
    close(classifier.after([1, 2, 3]), [1, 2, 3]);
    close(classifier.after([2]), [2]);
    const heard: number[] = [];
    classifier.at([4, 5, 6], [0, 2], (index, logits) => {
      heard.push(index);
      close(logits, index === 0 ? [4] : [4, 5, 6]);
    });
    expect(heard).toEqual([0, 1]);
    classifier.dispose();
    model.dispose();
  });

  it('reads an input that goes on from its new tokens, unless it is told to forget', async () => {
    const lengths: number[] = [];
    const { apply } = tf.Sequential.prototype;
    tf.Sequential.prototype.apply = function (...args) {
      const [input] = args;
      if (input instanceof tf.Tensor) lengths.push(input.shape[1]!);
      return apply.apply(this, args);
    };
    try {
      const classifier = await classifierOf(files(tokens()));
      lengths.length = 0;
      classifier.after([1, 2]);
      classifier.after([1, 2, 3]);
      expect(lengths).toEqual([1, 2, 3]);
      classifier.forget();
      classifier.after([1, 2, 3]);
      expect(lengths).toEqual([1, 2, 3, 1, 2, 3]);
      classifier.dispose();
    } finally {
      tf.Sequential.prototype.apply = apply;
    }
  });

  it('refuses what it does not know, and models of other classes', async () => {
    const classifier = await classifierOf(files(tokens()));
    for (const token of [-1, 0.5, vocabulary]) expect(() => classifier.after([token])).toThrow(RangeError);
    await expect(classifierOf(files(tokens()), 5)).rejects.toMatchObject({ code: 'model.unusable' });
    const features = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    const rows = await classifierOf(files(features), 2);
    expect(rows.after([1, 2, 3])).toHaveLength(2);
    expect(() => rows.after([1, 2])).toThrow(/takes 3 features, not 2/);
    rows.dispose();
  });
});
