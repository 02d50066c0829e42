import { defineTask, workerEvaluator } from '@murmuration/coordinator';
import { examples, name } from './examples.js';
import { model } from './model.js';
import objective from './objective.js';

// The local devices of `murmuration dev` train by these.
export { examples, objective };

/** The task: its model, its devices, and how they train. */
export default defineTask({
  name,
  model,
  fleet: 'few',
  plan: { learningRate: 0.2, epochs: 5, batchSize: 8 },
  update: { clip: 1, bits: 12 },
  masking: { threat: 'honest-but-curious' },
  cohort: { goal: 3 },
  uploadSlot: 0, // nobody here has to hide how long it trains
  evaluation: workerEvaluator(new URL('./evaluate.js', import.meta.url), examples()),
});
