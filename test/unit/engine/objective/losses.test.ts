import { startBackend } from '@murmuration/engine/backend/backend';
import { sparseSoftmaxCrossEntropy } from '@murmuration/engine/objective/losses';
import * as tf from '@murmuration/engine/tfjs/tf';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { integers, numbers, on, relativeError } from '../numbers.ts';

beforeAll(async () => {
  await startBackend();
});

/** Loss and gradient as tfjs computes them from one-hot labels. */
function reference(logits: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const classes = logits.shape.at(-1)!;
  const oneHot = tf.oneHot(labels.flatten().toInt(), classes);
  const { value, grad } = tf.valueAndGrad(x =>
    tf.losses
      .softmaxCrossEntropy(oneHot, x.reshape([-1, classes]), weights.flatten(), 0, tf.Reduction.SUM)
      .div(weights.sum()),
  )(logits);
  return [value, grad];
}

function ours(logits: tf.Tensor, labels: tf.Tensor, weights?: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const { value, grad } = tf.valueAndGrad(x => sparseSoftmaxCrossEntropy(x, labels, weights))(logits);
  return [value, grad];
}

describe.each(['wasm', 'cpu'])('sparseSoftmaxCrossEntropy on %s', backend => {
  it('agrees with softmaxCrossEntropy of one-hot labels, in value and gradient', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
        fc.integer({ min: 2, max: 40 }),
        fc.constantFrom(0.1, 1, 10, 60),
        fc.integer({ min: 0, max: 10_000 }),
        async (outer, classes, scale, seed) => {
          const rows = tf.util.sizeFromShape(outer);
          const inputs = (): [tf.Tensor, tf.Tensor, tf.Tensor] => [
            tf.tensor(numbers(rows * classes, seed, scale), [...outer, classes]),
            tf.tensor(integers(rows, seed + 1, classes), outer, 'int32'),
            tf.tensor(
              integers(rows, seed + 2, 3).map((w, i) => (i === 0 ? 1 : w)),
              outer,
              'float32',
            ),
          ];
          const [value, gradient] = await on('cpu', () => reference(...inputs()));
          const [ourValue, ourGradient] = await on(backend, () => ours(...inputs()));
          expect(relativeError(ourValue, value, Math.max(1, scale))).toBeLessThan(1e-6);
          expect(relativeError(ourGradient, gradient, Math.max(1, scale))).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('counts every position once without weights: ln of the classes for equal logits', async () => {
    const [value, gradient] = await on(backend, () => ours(tf.zeros([2, 3, 4]), tf.zeros([2, 3], 'int32')));
    expect(value[0]).toBeCloseTo(Math.log(4), 6);
    expect(gradient[0]).toBeCloseTo(-0.75 / 6, 7);
    expect(gradient[1]).toBeCloseTo(0.25 / 6, 7);
  });

  it('passes on the outputGradient of what follows it', async () => {
    const [gradient] = await on(backend, () => [
      tf.grad(x => sparseSoftmaxCrossEntropy(x, tf.tensor1d([1], 'int32')).mul(3))(tf.zeros([1, 2])),
    ]);
    expect([...gradient]).toEqual([1.5, -1.5]);
  });

  it('stays exact where a probability is too small for a float32', async () => {
    const [value, gradient] = await on(backend, () =>
      ours(tf.tensor2d([[1_000, -1_000, 0]]), tf.tensor1d([1], 'int32')),
    );
    expect(value[0]).toBe(2_000);
    expect([...gradient]).toEqual([1, -1, 0]);
  });

  it('is 0, with gradient 0, when no position has weight', async () => {
    const [value, gradient] = await on(backend, () =>
      ours(tf.tensor2d([[1, 2]]), tf.tensor1d([0], 'int32'), tf.tensor1d([0])),
    );
    expect(Math.abs(value[0]!)).toBe(0);
    expect([...gradient].every(outputGradient => outputGradient === 0)).toBe(true);
  });

  it('is NaN for NaN logits', async () => {
    const [value] = await on(backend, () =>
      ours(tf.tensor2d([[1, Number.NaN, 2]]), tf.tensor1d([0], 'int32')),
    );
    expect(value[0]).toBeNaN();
  });
});

describe('sparseSoftmaxCrossEntropy', () => {
  it('refuses a label that is not a class', async () => {
    await tf.setBackend('wasm');
    for (const label of [-1, 3]) {
      expect(() =>
        tf.tidy(() => sparseSoftmaxCrossEntropy(tf.zeros([1, 3]), tf.tensor1d([label], 'int32'))),
      ).toThrow(`The label ${label} of position 0 is not one of 3 classes.`);
    }
  });

  it('refuses labels and weights of another shape than the positions', () => {
    const logits = tf.zeros([2, 3, 5]);
    expect(() => sparseSoftmaxCrossEntropy(logits, tf.zeros([2], 'int32'))).toThrow(
      'Labels must have the shape',
    );
    expect(() => sparseSoftmaxCrossEntropy(logits, tf.zeros([2, 3], 'int32'), tf.ones([3]))).toThrow(
      'Weights must have',
    );
  });
});
