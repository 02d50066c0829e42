import { createTraining } from '@murmuration/engine/fused/create';
import type { DescentSettings } from '@murmuration/engine/fused/descent';
import type { Extent } from '@murmuration/engine/fused/extent';
import { topologyOf } from '@murmuration/engine/fused/model-topology';
import type { FusedOptions } from '@murmuration/engine/fused/path';
import type { FusedTraining } from '@murmuration/engine/fused/training';
import { readWeights } from '@murmuration/engine/models/model';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import type { Batch } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { expect } from 'vitest';

/** A step of length 1, from which the gradient can be read. */
export const plain: DescentSettings = {
  learningRate: 1,
  proximal: 0,
  gradientClip: null,
  optimizer: { kind: 'sgd' },
};

export const weightsOf = (model: tf.LayersModel) => readWeights(model, new Float32Array(model.countParams()));

export function plainBatch({ inputs, labels, weights }: Batch) {
  const values = (tensor: tf.Tensor) => ({ shape: tensor.shape, values: tensor.dataSync() });
  return { inputs: values(inputs), labels: values(labels), weights: values(weights) };
}

/** Throws where the fused kernels don't know the model. */
export async function fused(
  model: tf.LayersModel,
  { memoryLimit, reproducible = true, threads = 1 }: FusedOptions = {},
): Promise<FusedTraining> {
  const topology = topologyOf(model);
  if ('reason' in topology) throw new Error(topology.reason);
  return createTraining(topology, memoryLimit, reproducible, threads);
}

/**
 * 120 steps on these batches in turn, on the fused kernels and by tfjs' operations on the current backend, which train the model: the
 * losses are the same, and fall. Returns the weights that the fused kernels end with.
 */
export async function sameCurve(
  model: tf.LayersModel,
  batches: readonly Batch[],
  largest: Extent,
  learningRate: number,
): Promise<Float32Array> {
  const training = await fused(model);
  training.begin(weightsOf(model), { ...plain, learningRate }, largest);
  const optimizer = tf.train.sgd(learningRate);
  let first = Number.NaN;
  let last = Number.NaN;
  for (let i = 0; i < 120; i++) {
    const batch = batches[i % batches.length]!;
    const generic = optimizer.minimize(() => softmaxLoss(model, batch), true)!;
    const [expected] = generic.dataSync();
    generic.dispose();
    last = training.step(plainBatch(batch));
    if (i === 0) first = last;
    expect(Math.abs(last - expected!)).toBeLessThan(1e-3);
  }
  expect(last).toBeLessThan(first - 0.1);
  return training.read(new Float32Array(model.countParams()));
}
