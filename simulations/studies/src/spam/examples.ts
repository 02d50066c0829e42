import type { CentralExamples } from '@murmuration/coordinator';
import * as tf from '@murmuration/engine/tfjs/tf';
import { buckets } from './buckets.ts';
import { type LabelledMail, readLabels } from './labels.ts';

/** Training examples of the filter: the mails labelled so far; `data` is the file of their labels. */
const examples: CentralExamples<LabelledMail> = {
  objective: {
    encode(mails) {
      return {
        size: mails.length,
        batch(rows) {
          const values = new Float32Array(rows.length * buckets);
          const labels = new Float32Array(rows.length);
          for (const [at, row] of rows.entries()) {
            const { buckets: words, isSpam } = mails[row]!;
            for (const bucket of words) values[at * buckets + bucket] = 1;
            labels[at] = Number(isSpam);
          }
          return {
            inputs: tf.tensor2d(values, [rows.length, buckets]),
            labels: tf.tensor2d(labels, [rows.length, 1]),
            weights: tf.ones([rows.length, 1]),
          };
        },
      };
    },
    loss: (model, { inputs, labels }) =>
      tf.losses.sigmoidCrossEntropy(labels, logitsOf(model.predict(inputs) as tf.Tensor)),
  },
  examples: file => readLabels(String(file)).train,
  count: file => readLabels(String(file)).train.length,
};
export default examples;

/** Recovers logits from the model's sigmoid, which it has in order to serve probabilities. */
function logitsOf(probabilities: tf.Tensor): tf.Tensor {
  const within = tf.clipByValue(probabilities, 1e-6, 1 - 1e-6);
  return tf.log(within.div(tf.sub(1, within)));
}
