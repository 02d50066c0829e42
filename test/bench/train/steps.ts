import type { Extent } from '@murmuration/engine/fused/extent';
import { choosePath } from '@murmuration/engine/fused/path';
import { readWeights } from '@murmuration/engine/models/model';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import type { NegativeSampler } from '@murmuration/engine/objective/negative-sampler';
import type { Batch } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';

/** A model in training. */
export interface Training {
  /** One step; the loss before it. */
  step(): number;
  /** Ends its threads. */
  close(): Promise<void>;
}

/** A model with one batch, in training on either path. */
export interface Trained {
  readonly parameters: number;
  /** SGD on the fused kernels; `threads` share the work of a step, 1 by default. */
  fused(threads?: number): Promise<Training>;
  /** The same by tfjs' own operations, on the current backend. */
  generic(): () => number;
  dispose(): void;
}

const LEARNING_RATE = 0.1;

/** SGD on the fused kernels, on one batch again and again. */
export async function fusedTraining(
  model: tf.LayersModel,
  batch: Batch,
  largest: Extent,
  sampler: NegativeSampler | null = null,
  threads = 1,
): Promise<Training> {
  const objective = { encode: () => ({ size: 0, batch: () => batch }), loss: softmaxLoss };
  const path = await choosePath(model, objective, { threads });
  if (path.engine === 'generic') throw new Error(`The model is not recognised: ${path.reason}.`);
  path.training.begin(
    readWeights(model, new Float32Array(model.countParams())),
    { learningRate: LEARNING_RATE, proximal: 0, gradientClip: null, optimizer: { kind: 'sgd' } },
    largest,
    0,
    sampler,
  );
  const values = (tensor: tf.Tensor) => ({ shape: tensor.shape, values: tensor.dataSync() });
  const { inputs, labels, weights } = batch;
  return {
    step: () =>
      path.training.step({ inputs: values(inputs), labels: values(labels), weights: values(weights) }),
    close: () => path.training.close(),
  };
}

/** The same by tfjs' own operations, on the current backend. */
export function genericStep(model: tf.LayersModel, batch: Batch): () => number {
  const optimizer = tf.train.sgd(LEARNING_RATE);
  return () => {
    const loss = optimizer.minimize(() => softmaxLoss(model, batch), true)!;
    const value = loss.arraySync();
    loss.dispose();
    return value;
  };
}
