/** Objective that learns y from x; an example is a pair [x, y]. `tf` is the engine's TensorFlow.js. */
export const line = tf => ({
  encode: points => ({
    size: points.length,
    batch(rows) {
      const chosen = Array.from(rows, row => points[row]);
      return {
        inputs: tf.tensor2d(chosen.map(([x]) => [x])),
        labels: tf.tensor2d(chosen.map(([, y]) => [y])),
        weights: tf.ones([chosen.length, 1]),
      };
    },
  }),
  loss: (model, { inputs, labels }) => tf.losses.meanSquaredError(labels, model.predict(inputs)),
});
