import { TiedDense } from '@murmuration/engine/layers/tied-dense';
import type { Batch } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { integers, numbers } from '../numbers.ts';

/** A next-word model, and the batches that it sees. */
export interface Shape {
  readonly words: number;
  readonly embedding: number;
  readonly maskZero: boolean;
  readonly recurrent: readonly {
    readonly kind: 'gru' | 'lstm';
    readonly units: number;
    readonly activation: 'tanh' | 'relu' | 'linear' | 'sigmoid';
    readonly recurrentActivation: 'sigmoid' | 'hardSigmoid';
    readonly useBias: boolean;
  }[];
  /** Whether each position has a loss, or the last one alone. */
  readonly everyPosition: boolean;
  readonly hidden: readonly {
    readonly units: number;
    readonly activation: 'linear' | 'tanh' | 'relu' | 'sigmoid';
    readonly useBias: boolean;
  }[];
  /** Whether the table makes the logits as well, behind a layer that narrows to its width. */
  readonly tied?: boolean;
  readonly seed: number;
}

export const small = {
  words: 23,
  embedding: 6,
  maskZero: false,
  recurrent: [{ kind: 'gru', units: 7, activation: 'tanh', recurrentActivation: 'sigmoid', useBias: true }],
  everyPosition: true,
  hidden: [],
  seed: 1,
} as const satisfies Shape;

/** The model with weights that follow from the seed. */
export function build({
  words,
  embedding,
  maskZero,
  recurrent,
  everyPosition,
  hidden,
  tied,
  seed,
}: Shape): tf.LayersModel {
  const layers = [
    tf.layers.embedding({ inputDim: words, outputDim: embedding, maskZero }),
    ...recurrent.map(({ kind, ...options }, i) =>
      tf.layers[kind]({
        ...options,
        returnSequences: everyPosition || i < recurrent.length - 1,
        recurrentInitializer: 'glorotUniform',
      }),
    ),
    ...hidden.map(options => tf.layers.dense(options)),
    ...(tied
      ? [tf.layers.dense({ units: embedding }), new TiedDense({ units: words, useBias: seed % 2 === 0 })]
      : [tf.layers.dense({ units: words })]),
  ];
  const inputs = tf.input({ shape: [null], dtype: 'int32' });
  const outputs = layers.reduce((input, layer) => layer.apply(input) as tf.SymbolicTensor, inputs);
  const model = tf.model({ inputs, outputs });
  const weights = model.getWeights().map((w, i) => tf.tensor(numbers(w.size, seed + i, 0.5), w.shape));
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

/** Tokens, labels, and weights of which some are 0, but never all. */
export function batchOf({ words, everyPosition }: Shape, batch: number, steps: number, seed: number): Batch {
  const outer = everyPosition ? [batch, steps] : [batch];
  const size = tf.util.sizeFromShape(outer);
  const weights = Float32Array.from(integers(size, seed + 2, 4), (weight, i) => (i === 0 ? 1 : weight / 2));
  return {
    inputs: tf.tensor(integers(batch * steps, seed, words), [batch, steps], 'int32'),
    labels: tf.tensor(integers(size, seed + 1, words), outer, 'int32'),
    weights: tf.tensor(weights, outer),
  };
}
