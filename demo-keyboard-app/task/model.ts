import { TiedDense } from '@murmuration/engine/layers/tied-dense';
import * as tf from '@murmuration/engine/tfjs/tf';

export interface ModelSize {
  /**
   * Number of ids of the vocabulary, special ones included: rows of the embedding, and values of the output.
   */
  readonly vocabulary: number;
  readonly embedding: number;
  readonly gru: number;
  /** Width of the linear layer between GRU and output; null for none. */
  readonly dense: number | null;
  /**
   * True if the embedding's matrix also makes the output; by default the output has its own. Requires `dense`
   * = `embedding`.
   */
  readonly tied?: boolean;
  /** Dropout rate before and behind the GRU, so that little text teaches more; none by default. */
  readonly dropout?: number;
}

/** Model of 212,624 parameters: small enough for a demonstration on one machine. */
export const smallModel: ModelSize = { vocabulary: 2_000, embedding: 32, gru: 64, dense: null };

/** Model of 1,372,368 parameters; 732,368 if the output is tied to the embedding. */
export const largeModel: ModelSize = { vocabulary: 10_000, embedding: 64, gru: 128, dense: 64 };

/**
 * Model of 1,479,120 parameters: the one of the keyboard table in simulation, which learns those of these
 * words that phones agree on.
 */
export const tableModel = {
  vocabulary: 6_000,
  embedding: 160,
  gru: 320,
  dense: 160,
  tied: true,
  dropout: 0.3,
} as const satisfies ModelSize;

/** Tensors that get rows, or columns, for new words, with the most that an app allows. */
export const growableWords: Readonly<Record<string, number>> = {
  'embedding/embeddings': 20_000,
  'logits/kernel': 20_000,
  'logits/bias': 20_000,
};

/**
 * Creates a recurrent next-word model of standard layers: embedding, GRU, a linear layer that narrows, and
 * one value for each id, like that of Hard et al. 2018, "Federated Learning for Mobile Keyboard Prediction",
 * §3, which has an LSTM with coupled gates instead of the GRU. It maps ids `[batch, length]` to logits
 * `[batch, length, vocabulary]`, those at each position for the token after it. The same seed gives the same
 * weights. Throws `RangeError` for a tied output whose inputs are not as wide as the embedding.
 */
export function nextWordModel(
  { vocabulary, embedding, gru, dense, tied = false, dropout = 0 }: ModelSize,
  seed: number,
): tf.LayersModel {
  if (tied && (dense ?? gru) !== embedding)
    throw new RangeError(
      `A tied output takes ${embedding} inputs, the embedding's width, not ${dense ?? gru}.`,
    );
  const random = (layer: number) => tf.initializers.glorotUniform({ seed: 8 * seed + layer });
  const drop = (name: string) => (dropout > 0 ? [tf.layers.dropout({ name, rate: dropout })] : []);
  // Rows that also make the logits begin shorter, so that no word is likelier than others at first.
  const spread = tied ? 0.1 : 0.5;
  const ids = tf.input({ shape: [null], dtype: 'int32', name: 'ids' });
  const layers = [
    tf.layers.embedding({
      name: 'embedding',
      inputDim: vocabulary,
      outputDim: embedding,
      embeddingsInitializer: tf.initializers.randomUniform({
        minval: -spread,
        maxval: spread,
        seed: 8 * seed,
      }),
    }),
    ...drop('dropout_before'),
    tf.layers.gru({
      name: 'gru',
      units: gru,
      returnSequences: true,
      recurrentActivation: 'sigmoid',
      kernelInitializer: random(1),
      recurrentInitializer: random(2),
    }),
    ...drop('dropout_behind'),
    ...(dense === null
      ? []
      : [tf.layers.dense({ name: 'dense', units: dense, kernelInitializer: random(3) })]),
    tied
      ? new TiedDense({ name: 'logits', units: vocabulary })
      : tf.layers.dense({ name: 'logits', units: vocabulary, kernelInitializer: random(4) }),
  ];
  const outputs = layers.reduce((input, layer) => layer.apply(input) as tf.SymbolicTensor, ids);
  return tf.model({ inputs: ids, outputs, name: 'next_word' });
}
