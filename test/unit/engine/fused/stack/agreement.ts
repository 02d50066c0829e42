import { softmaxLoss } from '@murmuration/engine/objective/losses';
import type { Batch } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { integers, numbers } from '../../numbers.ts';
import { fused, plain, plainBatch, weightsOf } from '../in-training.ts';

/** A chain of layers with weights that follow from the seed; variances are positive. */
export function chain(layers: tf.layers.Layer[], seed: number): tf.Sequential {
  const model = tf.sequential({ layers });
  const weights = model.weights.map(({ originalName, shape }, i) => {
    const values = numbers(tf.util.sizeFromShape(shape as number[]), seed + i, 0.5);
    const positive = originalName.endsWith('moving_variance') ? values.map(value => 0.6 + value) : values;
    return tf.tensor(positive, shape as number[]);
  });
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

/** Rows of the shape that a model takes, labels, and weights of which some are 0, but never all. */
export function batchOf(model: tf.LayersModel, rows: number, seed: number): Batch {
  const [, ...shape] = model.inputs[0]!.shape as number[];
  const classes = model.outputs[0]!.shape.at(-1)!;
  const counts = Float32Array.from(integers(rows, seed + 2, 4), (weight, i) => (i === 0 ? 1 : weight / 2));
  return {
    inputs: tf.tensor(numbers(rows * tf.util.sizeFromShape(shape), seed), [rows, ...shape]),
    labels: tf.tensor1d(integers(rows, seed + 1, classes), 'int32'),
    weights: tf.tensor1d(counts),
  };
}

/** The loss of a batch, and how one step of length 1 changes all weights, in the order of the layout. */
export interface Step {
  readonly loss: number;
  readonly change: Float32Array;
}

/** By tfjs' operations on the current backend; the model is left as it was. */
export function theirs(model: tf.LayersModel, batch: Batch): Step {
  const before = weightsOf(model);
  const first = model.getWeights().map(weight => weight.clone());
  const value = tf.train.sgd(1).minimize(() => softmaxLoss(model, batch), true)!;
  const loss = value.arraySync();
  const change = weightsOf(model).map((after, i) => before[i]! - after);
  model.setWeights(first);
  tf.dispose([value, first]);
  return { loss, change };
}

/** By the fused kernels. */
export async function ours(model: tf.LayersModel, batch: Batch): Promise<Step> {
  const training = await fused(model);
  const weights = weightsOf(model);
  training.begin(weights, plain, { batch: 1, steps: 1 });
  const loss = training.step(plainBatch(batch));
  const after = training.read(new Float32Array(weights.length));
  return { loss, change: weights.map((before, i) => before - after[i]!) };
}
