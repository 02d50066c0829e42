import { central, defineTask, drift, type Task } from '@murmuration/coordinator';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { buckets, bucketsOf } from './buckets.ts';
import { type LabelledMail, readLabels } from './labels.ts';

export const day = 86_400_000;
export const week = 7 * day;

/** Feature whose drift triggers retraining. */
export const watched = 'text (words)';

/** Number of held-out mails for the gate: the newest ones, which are most like those to come. */
const heldOutMails = 400;

/**
 * Defines the task of a filter that is trained where mail is delivered: hashed logistic regression
 * (Weinberger et al. 2009) over the words of a mail. It is retrained when the lengths of mails drift, and
 * served only if it is better than the version before.
 * @param labels file of labelled mails
 */
export function spamTask(labels: string): Task {
  return defineTask({
    name: 'spam',
    model: () =>
      tf.sequential({
        name: 'filter',
        layers: [
          tf.layers.dense({
            name: 'spam',
            units: 1,
            activation: 'sigmoid',
            kernelInitializer: 'zeros',
            inputShape: [buckets],
          }),
        ],
      }),
    plan: { learningRate: 0.05, epochs: 5, batchSize: 8, maxExamples: 50_000 },
    schedule: { every: '0 s' },
    training: central({ examples: new URL('./examples.ts', import.meta.url), data: labels }),
    evaluation: {
      measures: {
        loss: { better: 'lower', byExample: true },
        falsePositives: { better: 'lower' },
        accuracy: { better: 'higher' },
      },
      revision: () => String(readLabels(labels).heldOut.length),
      evaluate: async model => evaluated(model, readLabels(labels).heldOut.slice(-heldOutMails)),
      close: async () => {},
    },
    retrain: {
      when: [drift({ features: [watched] })],
      cooldown: '1 d',
      until: { rounds: 1, failures: 3 },
    },
    gate: {
      better: 'loss',
      // 400 mails are too few for a test at 95 % to detect a small improvement.
      test: 'none',
      neverWorse: ['accuracy'],
    },
    serving: {
      transformer: {
        inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
        outputs: [{ name: 'spam', datatype: 'FP32', shape: [-1, 1] }],
        input(asked) {
          const texts = (asked[0]!.data as readonly Uint8Array[]).map(bytes => decoder.decode(bytes));
          const data = new Float32Array(texts.length * buckets);
          for (const [at, text] of texts.entries())
            for (const bucket of bucketsOf(text)) data[at * buckets + bucket] = 1;
          return { inputs: [{ name: 'spam', datatype: 'FP32', shape: [texts.length, buckets], data }] };
        },
        output: answered => answered.map(tensor => ({ ...tensor, name: 'spam' })),
      },
    },
  });
}

const decoder = new TextDecoder();

/** Returns a filter's logit of a mail: spam above 0. The weights are one per bucket, and a bias. */
export function logitOf(weights: Float32Array, words: readonly number[]): number {
  return words.reduce((sum, bucket) => sum + weights[bucket]!, weights[buckets]!);
}

/** Measures a filter on labelled mails. */
function evaluated({ weights }: ModelFiles, mails: readonly LabelledMail[]) {
  let hams = 0;
  let alarms = 0;
  let right = 0;
  const losses = mails.map(({ buckets: words, isSpam }) => {
    const logit = logitOf(weights, words);
    hams += Number(!isSpam);
    alarms += Number(!isSpam && logit > 0);
    right += Number(logit > 0 === isSpam);
    // ln(1 + e^x) without overflow for large x.
    const against = isSpam ? -logit : logit;
    return Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against)));
  });
  return {
    metrics: {
      loss: losses.reduce((sum, loss) => sum + loss, 0) / Math.max(1, mails.length),
      falsePositives: hams > 0 ? alarms / hams : 0,
      accuracy: right / Math.max(1, mails.length),
    },
    examples: { loss: losses },
  };
}
