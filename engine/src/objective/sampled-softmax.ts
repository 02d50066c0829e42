import { TiedDense } from '../layers/tied-dense.ts';
import { logitsOf, shapedFor } from '../models/outputs.ts';
import * as tf from '../tfjs/tf.ts';
import { sparseSoftmaxCrossEntropy } from './losses.ts';
import { EXCLUDED, type Negatives } from './negative-sampler.ts';
import type { Batch } from './objective.ts';

/** Logits of some classes: the negatives, which all rows share, and each row's label. */
interface SomeLogits {
  /** `[rows, negatives]`. */
  readonly negatives: tf.Tensor2D;
  /** `[rows]`. */
  readonly own: tf.Tensor1D;
}

type Score = (inputs: tf.Tensor, negatives: tf.Tensor1D, labels: tf.Tensor1D) => SomeLogits;

/**
 * Loss of sampled softmax by tfjs' operations, on any backend; the counterpart of `softmaxLoss` for some
 * classes. If the model ends in a `dense` layer, linear or with softmax, or a tied one, the other classes'
 * logits are never computed.
 */
export function sampledSoftmaxLoss(model: tf.LayersModel): (batch: Batch, negatives: Negatives) => tf.Scalar {
  const score = scoreOf(model);
  return ({ inputs, labels, weights }, { classes, logCounts, logCountOf }) =>
    tf.tidy(() => {
      const flat = labels.reshape([-1]) as tf.Tensor1D;
      const values = flat.dataSync();
      const logits = score(inputs, tf.tensor1d(classes, 'int32'), flat);
      const slots = new Map(Array.from(classes, (index, slot) => [index, slot]));
      const taken = new Float32Array(values.length * classes.length);
      for (const [row, label] of values.entries()) {
        for (const [slot, count] of logCounts.entries()) taken[row * classes.length + slot] = -count;
        const slot = slots.get(label);
        if (slot !== undefined) taken[row * classes.length + slot] = EXCLUDED;
      }
      const ownTaken = tf.tensor1d(Float32Array.from(values, label => -logCountOf(label)));
      const columns = [
        logits.negatives.add(tf.tensor2d(taken, [values.length, classes.length])),
        logits.own.add(ownTaken).expandDims(1),
      ];
      const targets = tf.fill([values.length], classes.length, 'int32');
      return sparseSoftmaxCrossEntropy(tf.concat(columns, 1), targets, weights.reshape([-1]));
    });
}

function scoreOf(model: tf.LayersModel): Score {
  const last = model.layers.at(-1)!;
  const linear =
    last instanceof TiedDense ||
    (last.getClassName() === 'Dense' &&
      ['linear', 'softmax'].includes(last.getConfig().activation as string));
  if (!linear || model.outputs[0]!.sourceLayer !== last) return scoreAll(model);
  const hidden = tf.model({ inputs: model.inputs, outputs: last.input as tf.SymbolicTensor });
  return (inputs, negatives, labels) => {
    const x = hidden.apply(shapedFor(model, inputs), { training: true }) as tf.Tensor;
    const rows = x.reshape([-1, x.shape.at(-1)!]);
    if (last instanceof TiedDense) {
      const table = last.table(rows.shape[1]!);
      const some = tf.matMul(rows, tf.gather(table, negatives), false, true);
      return withBias(last.bias, some, rows.mul(tf.gather(table, labels)).sum(1), negatives, labels);
    }
    const [kernel, bias] = last.weights.map(weight => weight.read()) as [tf.Tensor, tf.Tensor?];
    const some = tf.matMul(rows, tf.gather(kernel, negatives, 1));
    const own = rows
      .transpose()
      .mul(tf.gather(kernel, labels, 1))
      .sum(0);
    return withBias(bias, some, own, negatives, labels);
  };
}

function withBias(
  bias: tf.Tensor | undefined,
  some: tf.Tensor,
  own: tf.Tensor,
  negatives: tf.Tensor1D,
  labels: tf.Tensor1D,
): SomeLogits {
  return {
    negatives: (bias ? some.add(tf.gather(bias, negatives)) : some) as tf.Tensor2D,
    own: (bias ? own.add(tf.gather(bias, labels)) : own) as tf.Tensor1D,
  };
}

/** Scores with any last layer: computes all logits and picks some classes. */
function scoreAll(model: tf.LayersModel): Score {
  return (inputs, negatives, labels) => {
    const all = logitsOf(model)(inputs, true);
    const classes = all.shape.at(-1)!;
    const starts = tf.range(0, labels.size * classes, classes, 'int32');
    return {
      negatives: tf.gather(all.reshape([-1, classes]), negatives, 1),
      own: tf.gather(all.reshape([-1]), starts.add(labels) as tf.Tensor1D),
    };
  };
}
