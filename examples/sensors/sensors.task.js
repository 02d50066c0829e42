import { defineTask } from '@murmuration/coordinator';
import * as tf from '@murmuration/coordinator/tf';

export default defineTask({
  name: 'sensors',
  model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4] })] }),
  plan: { learningRate: 0.2, epochs: 5 },
  update: { clip: 1, bits: 12 },
  masking: { threat: 'honest-but-curious' },
  // A box trains when it is there, keeps its update, and hands it in once three have one.
  cohort: { mode: 'asynchronous', goal: 3, minimum: 3 },
  schedule: { every: '1 s' },
  uploadSlot: 0,
});
