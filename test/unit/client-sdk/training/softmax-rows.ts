import { softmaxLoss } from '@murmuration/engine/objective/losses';
import type { Objective } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';

export type Row = readonly [features: readonly number[], label: number];

export const rows: Row[] = [
  [[1, 0.5, -0.3], 0],
  [[-0.2, 1, 0.8], 1],
  [[0.4, -1, 1.2], 0],
  [[0.9, 0.1, -1], 1],
];

export const objective: Objective<Row> = {
  encode: examples => ({
    size: examples.length,
    batch: indices => {
      const chosen = Array.from(indices, index => examples[index]!);
      return {
        inputs: tf.tensor2d(chosen.map(([features]) => [...features])),
        labels: tf.tensor1d(
          chosen.map(([, label]) => label),
          'int32',
        ),
        weights: tf.ones([chosen.length]),
      };
    },
  }),
  loss: softmaxLoss,
};

export const linear = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        name: 'logits',
        units: 2,
        inputShape: [3],
        kernelInitializer: tf.initializers.glorotUniform({ seed: 3 }),
      }),
    ],
  });

/** The gradient of softmax regression on all rows, in plain arrays, at the weights `w`. */
export function gradientAt(w: Float64Array): Float64Array {
  const g = new Float64Array(8);
  for (const [x, label] of rows) {
    const logits = [0, 1].map(k => w[6 + k]! + x.reduce((sum, value, j) => sum + value * w[2 * j + k]!, 0));
    const all = Math.exp(logits[0]!) + Math.exp(logits[1]!);
    for (const k of [0, 1]) {
      const error = (Math.exp(logits[k]!) / all - Number(k === label)) / rows.length;
      for (const [j, value] of x.entries()) g[2 * j + k]! += error * value;
      g[6 + k]! += error;
    }
  }
  return g;
}
