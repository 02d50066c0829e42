import { softmaxLoss } from '@murmuration/engine/objective/losses';
import type { Objective } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { type Digit, digitSide } from '../data/mnist.ts';
import { pixels, writeImages } from './images.ts';

/** Objective of classifying digits. */
export const digitObjective: Objective<Digit> = {
  encode: digits => ({
    size: digits.length,
    batch(rows) {
      const some = Array.from(rows, row => digits[row]!);
      const values = new Float32Array(rows.length * pixels);
      writeImages(some, values);
      return {
        inputs: tf.tensor4d(values, [rows.length, digitSide, digitSide, 1]),
        labels: tf.tensor1d(
          some.map(({ label }) => label),
          'int32',
        ),
        weights: tf.ones([rows.length]),
      };
    },
  }),
  loss: softmaxLoss,
};
