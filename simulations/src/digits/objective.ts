import { softmaxLoss } from '@murmuration/engine/losses';
import type { Objective } from '@murmuration/engine/objective';
import * as tf from '@murmuration/engine/tf';
import { type Digit, digitSide } from '../data/mnist.ts';

const size = digitSide ** 2;

/** Learns to tell digits apart. */
export const digitObjective: Objective<Digit> = {
  encode: digits => ({
    size: digits.length,
    batch(rows) {
      const labels = new Int32Array(rows.length);
      for (const [i, row] of rows.entries()) labels[i] = digits[row]!.label;
      return {
        inputs: images(Array.from(rows, row => digits[row]!)),
        labels: tf.tensor1d(labels, 'int32'),
        weights: tf.ones([rows.length]),
      };
    },
  }),
  loss: softmaxLoss,
};

/** `[digits, 28, 28, 1]`, ink from 0 to 1. */
export function images(digits: readonly Digit[]): tf.Tensor4D {
  const values = new Float32Array(digits.length * size);
  for (const [i, { pixels }] of digits.entries()) {
    const start = i * size;
    for (let at = 0; at < size; at++) values[start + at] = pixels[at]! / 255;
  }
  return tf.tensor4d(values, [digits.length, digitSide, digitSide, 1]);
}
