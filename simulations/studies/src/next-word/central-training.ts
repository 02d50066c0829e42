import { choosePath } from '@murmuration/engine/fused/path';
import type { FusedTraining } from '@murmuration/engine/fused/training';
import { loadModel } from '@murmuration/engine/models/model';
import { samplerFor } from '@murmuration/engine/objective/negative-sampler';
import type { Batchable, Objective } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { CentralSettings } from './settings.ts';

interface CentralTraining {
  readonly model: ModelFiles;
  readonly objective: Objective<string>;
  readonly messages: readonly string[];
  readonly settings: CentralSettings;
  readonly seed: number;
  /** Called after each epoch with the mean loss of its steps in nats. */
  readonly trained: (epoch: number, loss: number) => Promise<void> | void;
}

/**
 * Trains on all messages in one place, unlike any federation: Adam (Kingma & Ba 2015), whose moments restart
 * with each epoch, on the fused kernels. Returns the weights.
 * @throws `training.unsupported` for a model without fused kernels
 */
export async function trainCentrally({
  model: { topology, layout, weights },
  objective,
  messages,
  settings: { epochs, batchSize, learningRate, lastRate, gradientClip, negatives },
  seed,
  trained,
}: CentralTraining): Promise<Float32Array> {
  const loaded = await loadModel({ topology, layout, weights });
  const path = await choosePath(loaded, objective);
  loaded.dispose();
  if (path.engine === 'generic') throw new MurmurationError('training.unsupported', path.reason);
  const { training } = path;
  const rows = objective.encode(messages);
  const order = Uint32Array.from({ length: rows.size }, (_, row) => row);
  const uniform = seededUniform(seed);
  const trainedWeights = weights.slice();
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = learningRate * (1 - ((1 - lastRate) * epoch) / Math.max(1, epochs - 1));
    training.begin(
      trainedWeights,
      {
        learningRate: rate,
        proximal: 0,
        gradientClip,
        optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      },
      { batch: Math.min(batchSize, rows.size), steps: rows.steps ?? 1 },
      seed + epoch,
      samplerFor(negatives === null ? null : { negatives }, classesOf(layout), uniform),
    );
    const loss = await pass(training, rows, shuffle(order, uniform), batchSize);
    training.read(trainedWeights);
    await trained(epoch + 1, loss);
  }
  await training.close();
  return trainedWeights;
}

/** Returns the size of the output: that of the last layer's bias. */
function classesOf({ tensors }: ModelFiles['layout']): number {
  return tensors.at(-1)!.shape[0]!;
}

/**
 * Makes one pass over the rows and returns the mean loss of its steps. Yields to other work of the thread now
 * and then.
 */
async function pass(
  training: FusedTraining,
  rows: Batchable,
  order: Uint32Array,
  batchSize: number,
): Promise<number> {
  let sum = 0;
  let steps = 0;
  for (let at = 0; at < order.length; at += batchSize) {
    sum += tf.tidy(() => {
      const { inputs, labels, weights } = rows.batch(order.slice(at, at + batchSize));
      return training.step({
        inputs: { shape: inputs.shape, values: inputs.dataSync() },
        labels: { shape: labels.shape, values: labels.dataSync() },
        weights: { shape: weights.shape, values: weights.dataSync() },
      });
    });
    steps += 1;
    if (steps % 20 === 0) await tf.nextFrame();
  }
  return sum / steps;
}
