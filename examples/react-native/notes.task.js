import { defineTask } from '@murmuration/coordinator';
import * as tf from '@murmuration/coordinator/tf';
import { classes } from './words.js';

/** Task with a small recurrent model of the next word. Three devices a round, under masks. */
export default defineTask({
  name: 'notes',
  model() {
    const ids = tf.input({ shape: [null], dtype: 'int32', name: 'ids' });
    const hidden = tf.layers.embedding({ name: 'embedding', inputDim: classes, outputDim: 16 }).apply(ids);
    const recurrent = tf.layers
      .gru({ name: 'gru', units: 32, returnSequences: true, recurrentActivation: 'sigmoid' })
      .apply(hidden);
    return tf.model({
      inputs: ids,
      outputs: tf.layers.dense({ name: 'words', units: classes }).apply(recurrent),
    });
  },
  fleet: 'few',
  plan: { learningRate: 0.5, epochs: 2, batchSize: 8, maxExamples: 200 },
  update: { clip: 2, bits: 12 },
  masking: { threat: 'honest-but-curious' },
  cohort: { goal: 3 },
  // Phones sleep, so they get a quarter of an hour for each step.
  deadlines: { gathering: '1 h', messages: '15 min', updates: '15 min' },
  uploadSlot: 0,
});
