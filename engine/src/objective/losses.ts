import {
  SPARSE_SOFTMAX_CROSS_ENTROPY,
  SPARSE_SOFTMAX_CROSS_ENTROPY_GRADIENT,
} from '../kernels/sparse-softmax-cross-entropy.ts';
import { logitsOf } from '../models/outputs.ts';
import * as tf from '../tfjs/tf.ts';
import type { Batch } from './objective.ts';

/**
 * Cross-entropy of next-token models: the mean over all positions, each weighted, of −ln
 * softmax(logits)[label], in nats. Labels stay integers in both directions; no one-hot tensor is built.
 *
 * @param logits `[..., classes]`, float32.
 * @param labels `[...]`, int32, each in 0 … classes − 1.
 * @param weights `[...]`, float32, not negative; 1 for all by default. A position of weight 0 is ignored, and
 * the loss is 0 when all have weight 0.
 * @returns a scalar; its gradient reaches only the logits.
 */
export function sparseSoftmaxCrossEntropy(
  logits: tf.Tensor,
  labels: tf.Tensor,
  weights?: tf.Tensor,
): tf.Scalar {
  const outer = logits.shape.slice(0, -1);
  tf.util.assertShapesMatch(
    outer,
    labels.shape,
    'Labels must have the shape of the logits without their last axis: ',
  );
  if (weights) tf.util.assertShapesMatch(outer, weights.shape, 'Weights must have the shape of the labels: ');
  return tf.tidy(() => {
    const rows = labels.size;
    const label = labels.reshape([rows]);
    const share = weights ? weights.divNoNan(weights.sum()).reshape([rows]) : tf.fill([rows], 1 / rows);
    const loss = tf.getKernel(SPARSE_SOFTMAX_CROSS_ENTROPY, tf.getBackend()) ? fusedLoss : composedLoss;
    return loss(logits.reshape([rows, -1]), label as tf.Tensor1D, share as tf.Tensor1D);
  });
}

/**
 * Loss of an objective whose model tells classes apart: `sparseSoftmaxCrossEntropy` of a batch, for a model
 * that ends in logits or in a softmax of its own, which is not taken twice. The fused kernels know an
 * objective by this very function as its `loss`.
 */
export function softmaxLoss(model: tf.LayersModel, { inputs, labels, weights }: Batch): tf.Scalar {
  return sparseSoftmaxCrossEntropy(logitsOf(model)(inputs, true), labels, weights);
}

/** Loss by the engine's own kernels. */
function fusedLoss(logits: tf.Tensor, labels: tf.Tensor1D, shares: tf.Tensor1D): tf.Scalar {
  const forward = (x: tf.Tensor, save: Save) => {
    const inputs = { logits: x, labels, shares };
    const [value, probabilities] = run<[tf.Scalar, tf.Tensor]>(SPARSE_SOFTMAX_CROSS_ENTROPY, inputs);
    save([probabilities, labels, shares]);
    return { value, gradFunc };
  };
  const gradFunc = (dy: tf.Scalar, [probabilities, labels, shares]: Saved) =>
    run<tf.Tensor>(SPARSE_SOFTMAX_CROSS_ENTROPY_GRADIENT, { probabilities, labels, shares, dy });
  return differentiable(forward)(logits);
}

function run<Output>(kernel: string, inputs: tf.NamedTensorMap): Output {
  return tf.engine().runKernel(kernel, inputs) as Output;
}

/** Loss by tfjs' operations, on backends without the engine's kernels. */
function composedLoss(logits: tf.Tensor, labels: tf.Tensor1D, shares: tf.Tensor1D): tf.Scalar {
  const [rows] = logits.shape;
  const forward = (x: tf.Tensor, save: Save) => {
    const logProbabilities = tf.logSoftmax(x);
    const at = tf.stack([tf.range(0, rows, 1, 'int32'), labels], 1);
    save([logProbabilities, at, shares]);
    return { value: tf.gatherND(logProbabilities, at).mul(shares).sum().neg(), gradFunc };
  };
  const gradFunc = (dy: tf.Scalar, [logProbabilities, at, shares]: Saved) => {
    const scale = shares.mul(dy);
    const outputGradients = logProbabilities.exp().mul(scale.expandDims(1));
    return tf.tensorScatterUpdate(
      outputGradients,
      at,
      tf.gatherND(outputGradients, at).sub(scale),
    ) as tf.Tensor;
  };
  return differentiable(forward)(logits);
}

/** Tensors that a loss saves for its gradient. */
type Saved = [tf.Tensor, tf.Tensor, tf.Tensor];
type Save = (saved: Saved) => void;

/** `tf.customGrad` for one input; its own types leave out the tensors that a gradient saves. */
function differentiable(
  forward: (
    x: tf.Tensor,
    save: Save,
  ) => { value: tf.Tensor; gradFunc: (dy: tf.Scalar, saved: Saved) => tf.Tensor },
): (x: tf.Tensor) => tf.Scalar {
  return tf.customGrad(forward as unknown as Parameters<typeof tf.customGrad>[0]) as (
    x: tf.Tensor,
  ) => tf.Scalar;
}
