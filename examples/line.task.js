import { defineTask } from '@murmuration/coordinator';
import * as tf from '@murmuration/coordinator/tf';

/** Task that learns a line with one dense layer. Three devices a round, under masks. */
export default defineTask({
  name: 'line',
  model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
  fleet: 'few',
  plan: { learningRate: 0.1, epochs: 5, batchSize: 4, maxExamples: 100 },
  update: { clip: 1, bits: 12 },
  masking: { threat: 'honest-but-curious' },
  cohort: { goal: 3 },
  // A demonstration need not hide how long devices train; by default this takes 30 s.
  uploadSlot: 0,
});
