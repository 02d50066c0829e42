import { sizeOf } from '@murmuration/protocol/weights/layout';
import * as tf from '../tfjs/tf.ts';

/** Kind of a model's outputs for classes: logits, or probabilities if the model ends in softmax. */
export type Outputs = 'logits' | 'probabilities';

/** Reads the kind from the last layer: a model that ends in softmax gives probabilities, any other logits. */
export function outputsOf(model: tf.LayersModel): Outputs {
  return endOf(model) === 'logits' ? 'logits' : 'probabilities';
}

/** Last layer if it is only a softmax of the one before it; otherwise undefined. */
export function softmaxLayerOf(model: tf.LayersModel): tf.layers.Layer | undefined {
  return endOf(model) === 'softmax' ? lastOf(model) : undefined;
}

/**
 * Function that applies a model; `training` as for `LayersModel.apply`. The caller owns the returned tensor.
 */
export type Apply = (inputs: tf.Tensor, training?: boolean) => tf.Tensor;

/**
 * Function that computes the logits of a model, `[…, classes]`, whatever it ends in. If that is softmax, it
 * returns the softmax's input, so that no logarithm of a probability near 0 is taken. Gradients reach the
 * model's own weights.
 */
export function logitsOf(model: tf.LayersModel): Apply {
  const known = applies.get(model);
  if (known) return known;
  const apply = withoutSoftmax(model);
  applies.set(model, apply);
  return apply;
}

/** Models without their last layer, made once each: a loss asks for one in each step. */
const applies = new WeakMap<tf.LayersModel, Apply>();

function withoutSoftmax(model: tf.LayersModel): Apply {
  const end = endOf(model);
  if (end === 'logits') return run(model);
  const last = lastOf(model);
  const before = run(tf.model({ inputs: model.inputs, outputs: last.input as tf.SymbolicTensor }));
  if (end === 'softmax') return before;
  return (inputs, training) =>
    tf.tidy(() => {
      const features = before(inputs, training);
      const [kernel, bias] = last.weights.map(weight => weight.read()) as [tf.Tensor2D, tf.Tensor?];
      const [units] = kernel.shape.slice(-1) as [number];
      const rows = tf.matMul(features.reshape([-1, kernel.shape[0]]) as tf.Tensor2D, kernel);
      return (bias ? rows.add(bias) : rows).reshape([...features.shape.slice(0, -1), units]);
    });
}

const run =
  (model: tf.LayersModel): Apply =>
  (inputs, training = false) =>
    model.apply(shapedFor(model, inputs), { training }) as tf.Tensor;

/**
 * Reshapes rows of numbers to the shape of a model's input, such as that of an image, in the order that
 * serving uses. Throws `RangeError` if a row has more or fewer numbers than that shape.
 */
export function shapedFor(model: tf.LayersModel, inputs: tf.Tensor): tf.Tensor {
  const shape = model.inputs[0]!.shape.slice(1);
  if (inputs.rank !== 2 || shape.length < 2 || shape.includes(null)) return inputs;
  const [rows, numbers] = inputs.shape as [number, number];
  const size = sizeOf(shape as number[]);
  if (numbers !== size)
    throw new RangeError(`The model takes ${size} features ([${shape}]), not ${numbers}.`);
  return inputs.reshape([rows, ...(shape as number[])]);
}

function lastOf(model: tf.LayersModel): tf.layers.Layer {
  return model.outputs[0]!.sourceLayer;
}

/** `softmax`: a layer that is only a softmax; `dense`: a dense layer with softmax as its activation. */
function endOf(model: tf.LayersModel): 'logits' | 'softmax' | 'dense' {
  const last = lastOf(model);
  const { activation, axis } = last.getConfig() as { activation?: unknown; axis?: unknown };
  switch (last.getClassName()) {
    case 'Softmax': {
      const classes = model.outputs[0]!.shape.length - 1;
      return axis === undefined || axis === -1 || axis === classes ? 'softmax' : 'logits';
    }
    case 'Activation':
      return activation === 'softmax' ? 'softmax' : 'logits';
    case 'Dense':
      return activation === 'softmax' ? 'dense' : 'logits';
    default:
      return 'logits';
  }
}

/** Replaces the logits of one row of `count` classes, from `offset` on in `values`, by probabilities. */
export function softmaxRow(values: Float32Array, offset: number, count: number): void {
  const row = values.subarray(offset, offset + count);
  let largest = -Infinity;
  for (const value of row) if (value > largest) largest = value;
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += row[i] = Math.exp(row[i]! - largest);
  for (let i = 0; i < row.length; i++) row[i] = row[i]! / sum;
}
