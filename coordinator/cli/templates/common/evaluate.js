import * as tf from '@murmuration/coordinator/tf';
import objective from './objective.js';

/** Measures a version on examples that no device trains on. */
export default function evaluate(model, examples) {
  const all = objective.encode(examples);
  const rows = Uint32Array.from({ length: all.size }, (_, row) => row);
  return { loss: tf.tidy(() => objective.loss(model, all.batch(rows)).dataSync()[0]) };
}
