// Converts a request and its outcome to an example; loaded in a worker thread.
import * as tf from '@murmuration/coordinator/tf';
import { buckets, bucketsOf } from './words.js';

/** Example of a judged mail; null for other outcomes. */
export function mailOf({ inputs, outcome }) {
  return typeof outcome === 'boolean'
    ? { buckets: bucketsOf(String(inputs.text.data[0])), isSpam: outcome }
    : null;
}

export default {
  example: mailOf,
  objective: {
    encode: mails => ({
      size: mails.length,
      batch(rows) {
        const values = new Float32Array(rows.length * buckets);
        const labels = Float32Array.from(rows, row => Number(mails[row].isSpam));
        for (const [at, row] of rows.entries())
          for (const bucket of mails[row].buckets) values[at * buckets + bucket] = 1;
        return {
          inputs: tf.tensor2d(values, [rows.length, buckets]),
          labels: tf.tensor2d(labels, [rows.length, 1]),
          weights: tf.ones([rows.length, 1]),
        };
      },
    }),
    loss: (model, { inputs, labels }) => tf.losses.logLoss(labels, model.predict(inputs)),
  },
};
