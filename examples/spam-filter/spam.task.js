// Mail filter that learns from people's feedback on its answers.
import {
  accuracyBelow,
  central,
  cron,
  defineTask,
  drift,
  fromFeedback,
  heldOutRequests,
} from '@murmuration/coordinator';
import * as tf from '@murmuration/coordinator/tf';
import { mailOf } from './learn.js';
import { buckets, bucketsOf } from './words.js';

const judged = fromFeedback({
  examples: new URL('./learn.js', import.meta.url),
  log: process.env.SPAM_LOG ?? './spam-log',
  model: 'spam',
  heldOut: 0.2,
});
const decoder = new TextDecoder();

export default defineTask({
  name: 'spam',
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.dense({
          units: 1,
          activation: 'sigmoid',
          kernelInitializer: 'zeros',
          inputShape: [buckets],
        }),
      ],
    }),
  plan: { learningRate: 0.5, epochs: 5, batchSize: 8, maxExamples: 50_000 },
  schedule: { every: '0 s' },
  training: central({ examples: judged }),
  evaluation: {
    measures: { loss: { better: 'lower' }, accuracy: { better: 'higher' } },
    revision: () => String(heldOut.readAt),
    evaluate: async ({ weights }) => evaluated(weights),
    close: async () => {},
  },
  retrain: {
    when: [cron('0 3 * * *'), drift({ features: ['text (words)'] }), accuracyBelow(0.9)],
    cooldown: '1 h',
    until: { rounds: 1, failures: 3 },
  },
  gate: { better: 'loss', test: 'none', neverWorse: ['accuracy'] },
  watch: { metric: 'accuracy', worseBy: 0.05 },
  serving: {
    transformer: {
      inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
      outputs: [{ name: 'spam', datatype: 'FP32', shape: [-1, 1] }],
      input(asked) {
        const texts = asked[0].data.map(bytes => decoder.decode(bytes));
        const data = new Float32Array(texts.length * buckets);
        for (const [at, text] of texts.entries())
          for (const bucket of bucketsOf(text)) data[at * buckets + bucket] = 1;
        return { inputs: [{ name: 'words', datatype: 'FP32', shape: [texts.length, buckets], data }] };
      },
      output: answered => answered.map(tensor => ({ ...tensor, name: 'spam' })),
    },
  },
});

/**
 * Mails that no filter has learned from; read again after a minute, so that a gate compares two versions on
 * the same ones.
 */
const heldOut = { readAt: 0, mails: [] };

async function heldOutMails() {
  if (heldOut.mails.length > 0 && Date.now() - heldOut.readAt < 60_000) return heldOut.mails;
  const mails = [];
  for await (const request of heldOutRequests(judged, Date.now())) {
    const mail = mailOf(request);
    if (mail) mails.push(mail);
  }
  heldOut.mails = mails;
  if (mails.length > 0) heldOut.readAt = Date.now();
  return mails;
}

/** Figures of a filter on these mails. Its weights are one a bucket, and a bias. */
async function evaluated(weights) {
  const mails = await heldOutMails();
  let [right, loss] = [0, 0];
  for (const { buckets: words, isSpam } of mails) {
    const logit = words.reduce((sum, bucket) => sum + weights[bucket], weights[buckets]);
    right += Number(logit > 0 === isSpam);
    loss += Math.log1p(Math.exp(isSpam ? -logit : logit));
  }
  return { loss: loss / Math.max(1, mails.length), accuracy: right / Math.max(1, mails.length) };
}
