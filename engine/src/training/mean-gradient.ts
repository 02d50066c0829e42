import * as tf from '../tfjs/tf.ts';

/**
 * The mean gradient of the steps that led to `delta` by corrected gradients, without the correction: (x − y) / (Kη) − correction, where
 * `stretch` is Kη, the steps times their size (SCAFFOLD: Karimireddy et al. 2020, Algorithm 1, option II). 0 for weights that no gradient
 * moves, such as moving statistics.
 */
export function meanGradient(
  model: tf.LayersModel,
  delta: Float32Array,
  correction: Float32Array,
  stretch: number,
): Float32Array {
  const gradient = new Float32Array(delta.length);
  const trainable = new Set<unknown>(model.trainableWeights);
  let at = 0;
  for (const weight of model.weights) {
    const end = at + tf.util.sizeFromShape(weight.shape as number[]);
    if (trainable.has(weight))
      for (let i = at; i < end; i++) gradient[i] = -delta[i]! / stretch - correction[i]!;
    at = end;
  }
  return gradient;
}
