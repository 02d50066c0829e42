import type { Objective } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';

/** Points of a line; a module of its own, so that worker threads can load it. */
const objective: Objective<readonly [x: number, y: number]> = {
  encode(points) {
    if (points.some(([x]) => x === 666)) throw new Error('a bug of the app');
    const drawn = points.filter(([x]) => Number.isFinite(x));
    return {
      size: drawn.length,
      batch(rows) {
        const chosen = Array.from(rows, row => drawn[row]!);
        return {
          inputs: tf.tensor2d(chosen.map(([x]) => [x])),
          labels: tf.tensor2d(chosen.map(([, y]) => [y])),
          weights: tf.ones([chosen.length, 1]),
        };
      },
    };
  },
  loss: (model, { inputs, labels }) =>
    tf.losses.meanSquaredError(labels, model.predict(inputs) as tf.Tensor) as tf.Scalar,
};

export default objective;
