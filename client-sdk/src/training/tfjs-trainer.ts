import { loadModel, readWeights, writeWeights } from '@murmuration/engine/model';
import type { Objective } from '@murmuration/engine/objective';
import * as tf from '@murmuration/engine/tf';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { seededUniform, shuffle } from './seeded.ts';
import type { Trainer } from './trainer.ts';

/**
 * Trains with stochastic gradient descent on the current tfjs backend, in the thread of its caller, to which it gives way
 * between steps. One model is kept and trained on by one caller at a time, the others wait: so many clients of one thread share
 * the memory of one.
 */
export function tfjsTrainer<Example>(objective: Objective<Example>): Trainer {
  let loaded: { readonly key: string; readonly model: tf.LayersModel } | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const unload = () => {
    loaded?.model.dispose();
    loaded = undefined;
  };

  const modelOf = async (files: ModelFiles) => {
    const key = JSON.stringify(files.topology);
    if (loaded?.key !== key) {
      unload();
      loaded = { key, model: await loadModel(files) };
    }
    writeWeights(loaded.model, files.weights);
    return loaded.model;
  };

  return {
    train(files, settings, examples, signal, progress) {
      const result = queue.then(async () => {
        requireRunning(signal);
        const used = draw(examples as readonly Example[], settings);
        const rows = used.length > 0 ? objective.encode(used) : undefined;
        if (!rows || rows.size === 0) throw new MurmurationError('training.no-examples');
        const model = await modelOf(files);
        const lossOf = (batch: Uint32Array) => objective.loss(model, rows.batch(batch));
        const step = gradientStep(model, files.weights, settings, lossOf);
        const loss = await descend(rows.size, step, settings, signal, progress);
        const delta = readWeights(model, new Float32Array(files.weights.length));
        for (let i = 0; i < delta.length; i++) delta[i] = delta[i]! - files.weights[i]!;
        return { delta, examples: used.length, metrics: { loss } };
      });
      queue = result.catch(() => {});
      return result;
    },
    async close() {
      queue = queue.then(unload);
      await queue;
    },
  };
}

/** At most `maxExamples`, drawn at random. */
function draw<Example>(
  examples: readonly Example[],
  { maxExamples, seed }: TrainingSettings,
): readonly Example[] {
  if (examples.length <= maxExamples) return examples;
  const order = shuffle(Uint32Array.from(examples.keys()), seededUniform(seed));
  return Array.from(order.subarray(0, maxExamples).sort(), index => examples[index]!);
}

/** Returns the mean loss of the steps of the last epoch, and disposes `step`. */
async function descend(
  size: number,
  step: GradientStep,
  { epochs, batchSize, seed }: TrainingSettings,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<number> {
  const order = Uint32Array.from({ length: size }, (_, row) => row);
  const uniform = seededUniform(seed);
  const stepsPerEpoch = Math.ceil(size / batchSize);
  let loss = Number.NaN;
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      shuffle(order, uniform);
      let sum = 0;
      for (let at = 0; at < size; at += batchSize) {
        sum += step.take(order.slice(at, at + batchSize));
        progress((epoch * stepsPerEpoch + at / batchSize + 1) / (epochs * stepsPerEpoch));
        await tf.nextFrame();
        requireRunning(signal);
      }
      loss = sum / stepsPerEpoch;
    }
  } finally {
    step.dispose();
  }
  return loss;
}

interface GradientStep {
  /** Returns the loss of these rows before the step. */
  take(rows: Uint32Array): number;
  dispose(): void;
}

/** One step of gradient descent, with the proximal pull and the gradient clipping of the settings. */
function gradientStep(
  model: tf.LayersModel,
  global: Float32Array,
  settings: TrainingSettings,
  loss: (rows: Uint32Array) => tf.Scalar,
): GradientStep {
  const { learningRate, proximal, gradientClip } = settings;
  const optimizer = tf.train.sgd(learningRate);
  const variables = model.trainableWeights.map(weight => weight.read() as tf.Variable);
  const anchors = proximal > 0 ? anchorsOf(model, global) : [];
  return {
    take: rows =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => loss(rows), variables);
        for (const [i, anchor] of anchors.entries()) {
          const variable = variables[i]!;
          const pull = variable.sub(anchor).mul(proximal);
          // A weight that the loss does not depend on has no gradient.
          grads[variable.name] = grads[variable.name]?.add(pull) ?? pull;
        }
        optimizer.applyGradients(gradientClip === null ? grads : clipByGlobalNorm(grads, gradientClip));
        return value.dataSync()[0]!;
      }),
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

function requireRunning(signal: AbortSignal): void {
  if (signal.aborted) throw new MurmurationError('training.stopped');
}
