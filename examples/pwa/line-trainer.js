/**
 * Fits the line's slope and intercept by gradient descent. The app has a trainer of its own, since the SDK's
 * workers don't run in a service worker. It implements the SDK's `Trainer`.
 */
export const lineTrainer = {
  async train({ weights }, { epochs, learningRate }, points, signal, progress) {
    let [slope, intercept] = weights;
    let loss = 0;
    for (let epoch = 0; epoch < epochs && !signal.aborted; epoch++) {
      loss = 0;
      let [bySlope, byIntercept] = [0, 0];
      for (const [x, y] of points) {
        const error = slope * x + intercept - y;
        loss += error ** 2 / points.length;
        bySlope += (2 * error * x) / points.length;
        byIntercept += (2 * error) / points.length;
      }
      slope -= learningRate * bySlope;
      intercept -= learningRate * byIntercept;
      progress((epoch + 1) / epochs);
    }
    const delta = Float32Array.of(slope - weights[0], intercept - weights[1]);
    return { delta, examples: points.length, metrics: { loss } };
  },
  async close() {},
};
