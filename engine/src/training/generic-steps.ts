import { readWeights, writeWeights } from '../models/model.ts';
import type { NegativeSampler } from '../objective/negative-sampler.ts';
import type { Batch, Objective } from '../objective/objective.ts';
import { sampledSoftmaxLoss } from '../objective/sampled-softmax.ts';
import * as tf from '../tfjs/tf.ts';
import type { Steps } from './steps.ts';
import { tfjsOptimizer } from './tfjs-optimizer.ts';
import type { LocalSettings } from './trainer.ts';

/**
 * Begins gradient descent by tfjs' own operations, for any model and loss, from the weights `global`, with
 * the proximal pull, gradient clipping and correction of the settings.
 *
 * @param sampler draws the negatives of sampled softmax; null for the loss of the objective.
 */
export function genericSteps<Example>(
  model: tf.LayersModel,
  { loss }: Objective<Example>,
  global: Float32Array,
  settings: LocalSettings,
  sampler: NegativeSampler | null,
): Steps {
  writeWeights(model, global);
  const { proximal, gradientClip, correction } = settings;
  const sampled = sampler && sampledSoftmaxLoss(model);
  const lossOf = (batch: Batch) => (sampler && sampled ? sampled(batch, sampler.draw()) : loss(model, batch));
  const optimizer = tfjsOptimizer(settings);
  const variables = model.trainableWeights.map(weight => weight.read() as tf.Variable);
  const anchors = proximal > 0 ? trainableOf(model, global) : [];
  const corrections = correction ? trainableOf(model, correction) : [];
  return {
    *take(batch) {
      return tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => lossOf(batch()), variables);
        for (const [i, anchor] of anchors.entries()) {
          const variable = variables[i]!;
          const pull = variable.sub(anchor).mul(proximal);
          // A weight that the loss does not depend on has no gradient.
          grads[variable.name] = grads[variable.name]?.add(pull) ?? pull;
        }
        const clipped = gradientClip === null ? grads : clipByGlobalNorm(grads, gradientClip);
        for (const [i, own] of corrections.entries()) {
          const { name } = variables[i]!;
          clipped[name] = clipped[name]?.add(own) ?? own;
        }
        optimizer.applyGradients(clipped);
        return value.arraySync();
      });
    },
    read: vector => readWeights(model, vector),
    dispose() {
      optimizer.dispose();
      for (const tensor of [...anchors, ...corrections]) tensor.dispose();
    },
  };
}

/** Values of each trainable weight in a vector of the model, such as those that FedProx pulls towards. */
function trainableOf(model: tf.LayersModel, vector: Float32Array): tf.Tensor[] {
  const values = new Map<unknown, tf.Tensor>();
  let at = 0;
  for (const weight of model.weights) {
    const shape = weight.shape as number[];
    const size = tf.util.sizeFromShape(shape);
    if (model.trainableWeights.includes(weight))
      values.set(weight, tf.tensor(vector.slice(at, at + size), shape));
    at += size;
  }
  return model.trainableWeights.map(weight => values.get(weight)!);
}

/**
 * Scales all gradients by one factor so that their joint L2 norm is at most `limit` (Pascanu et al. 2013,
 * §3.2).
 */
function clipByGlobalNorm(grads: tf.NamedTensorMap, limit: number): tf.NamedTensorMap {
  const squares = Object.values(grads).map(grad => grad.square().sum());
  const norm = tf.addN(squares).sqrt();
  const scale = tf.minimum(1, tf.div(limit, norm));
  return Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, grad.mul(scale)]));
}
