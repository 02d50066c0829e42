import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import { readWeights, writeWeights } from '../models/model.ts';
import type { NegativeSampler } from '../objective/negative-sampler.ts';
import type { Batch, Objective } from '../objective/objective.ts';
import { sampledSoftmaxLoss } from '../objective/sampled-softmax.ts';
import * as tf from '../tfjs/tf.ts';
import type { Steps } from './steps.ts';

/**
 * Gradient descent by tfjs' own operations, for any model and loss, from the weights `global` on, with the proximal pull and the
 * gradient clipping of the settings.
 *
 * @param sampler what sampled softmax draws from; null for the loss of the objective.
 */
export function genericSteps<Example>(
  model: tf.LayersModel,
  { loss }: Objective<Example>,
  global: Float32Array,
  settings: TrainingSettings,
  sampler: NegativeSampler | null,
): Steps {
  writeWeights(model, global);
  const { learningRate, proximal, gradientClip } = settings;
  const sampled = sampler && sampledSoftmaxLoss(model);
  const lossOf = (batch: Batch) => (sampler && sampled ? sampled(batch, sampler.draw()) : loss(model, batch));
  const optimizer = tf.train.sgd(learningRate);
  const variables = model.trainableWeights.map(weight => weight.read() as tf.Variable);
  const anchors = proximal > 0 ? anchorsOf(model, global) : [];
  return {
    take: batch =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => lossOf(batch()), variables);
        for (const [i, anchor] of anchors.entries()) {
          const variable = variables[i]!;
          const pull = variable.sub(anchor).mul(proximal);
          // A weight that the loss does not depend on has no gradient.
          grads[variable.name] = grads[variable.name]?.add(pull) ?? pull;
        }
        optimizer.applyGradients(gradientClip === null ? grads : clipByGlobalNorm(grads, gradientClip));
        return value.arraySync();
      }),
    read: vector => readWeights(model, vector),
    dispose() {
      optimizer.dispose();
      for (const anchor of anchors) anchor.dispose();
    },
  };
}

/** The global model's value of each trainable weight, towards which FedProx pulls. */
function anchorsOf(model: tf.LayersModel, global: Float32Array): tf.Tensor[] {
  const values = new Map<unknown, tf.Tensor>();
  let at = 0;
  for (const weight of model.weights) {
    const shape = weight.shape as number[];
    const size = tf.util.sizeFromShape(shape);
    if (model.trainableWeights.includes(weight))
      values.set(weight, tf.tensor(global.slice(at, at + size), shape));
    at += size;
  }
  return model.trainableWeights.map(weight => values.get(weight)!);
}

/** Scales all gradients alike so that their joint L2 norm is at most `limit` (Pascanu et al. 2013, §3.2). */
function clipByGlobalNorm(grads: tf.NamedTensorMap, limit: number): tf.NamedTensorMap {
  const squares = Object.values(grads).map(grad => grad.square().sum());
  const norm = tf.addN(squares).sqrt();
  const scale = tf.minimum(1, tf.div(limit, norm));
  return Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, grad.mul(scale)]));
}
