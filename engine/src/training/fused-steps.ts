import type { Extent } from '../fused/extent.ts';
import type { FusedTraining } from '../fused/training.ts';
import type { NegativeSampler } from '../objective/negative-sampler.ts';
import { readTidily } from '../tfjs/read.ts';
import type * as tf from '../tfjs/tf.ts';
import { optimizerOf } from './optimizer.ts';
import type { Steps } from './steps.ts';
import type { LocalSettings } from './trainer.ts';

/**
 * Begins gradient descent by the engine's fused kernels, from the weights `global`.
 *
 * @param largest largest batch expected.
 * @param sampler draws the negatives of sampled softmax; null for the full softmax.
 * @throws MurmurationError `training.no-memory`.
 */
export function fusedSteps(
  training: FusedTraining,
  global: Float32Array,
  local: LocalSettings,
  largest: Extent,
  sampler: NegativeSampler | null,
): Steps {
  const { learningRate, proximal, gradientClip, seed, correction } = local;
  const settings = { learningRate, proximal, gradientClip, optimizer: optimizerOf(local) };
  training.begin(global, settings, largest, seed, sampler, correction);
  return {
    take(batch) {
      const values = readTidily(() => {
        const { inputs, labels, weights } = batch();
        return { inputs: valuesOf(inputs), labels: valuesOf(labels), weights: valuesOf(weights) };
      });
      return training.parts(values);
    },
    read: vector => training.read(vector),
    dispose() {},
  };
}

function valuesOf(tensor: tf.Tensor) {
  return { shape: tensor.shape, values: tensor.dataSync() };
}
