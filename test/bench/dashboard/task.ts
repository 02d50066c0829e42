import * as tf from '@murmuration/engine/tfjs/tf';
import { defineTask } from '@murmuration/rounds/task/define-task';

/** Devices that a round takes, all of them. */
export const cohort = 20;

/** The task of the long history; a round of it begins as soon as its devices are there. */
export const task = defineTask({
  name: 'line',
  model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
  plan: { learningRate: 1 },
  update: { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 },
  masking: 'off',
  cohort: { goal: cohort, minimum: cohort, overSelection: 1 },
  uploadSlot: 0,
  schedule: { every: 0 },
});
