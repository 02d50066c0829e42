import { choosePath } from '@murmuration/engine/fused/path';
import { softmaxLoss } from '@murmuration/engine/losses';
import { readWeights } from '@murmuration/engine/model';
import type { Batch } from '@murmuration/engine/objective';
import * as tf from '@murmuration/engine/tf';

export const BATCH = 16;
export const LENGTH = 10;
const LEARNING_RATE = 0.1;

export interface Shape {
  readonly vocabulary: number;
  readonly embedding: number;
  readonly units: number;
  /** Width of a dense layer before the output layer; 0 for none. */
  readonly hidden: number;
  /** Whether every position has a loss, or only the last one. */
  readonly everyPosition: boolean;
}

/** A model with one batch of random words; a step is one of SGD, and hands back the loss. */
export class NextWord {
  readonly #model: tf.Sequential;
  readonly #batch: Batch;

  constructor({ vocabulary, embedding, units, hidden, everyPosition }: Shape) {
    const recurrentInitializer = 'glorotUniform'; // tfjs' default, orthogonal, takes seconds and changes no time measured here
    this.#model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: vocabulary, outputDim: embedding, inputLength: LENGTH }),
        tf.layers.gru({ units, returnSequences: everyPosition, recurrentInitializer }),
        ...(hidden > 0 ? [tf.layers.dense({ units: hidden })] : []),
        tf.layers.dense({ units: vocabulary }),
      ],
    });
    const labels = everyPosition ? [BATCH, LENGTH] : [BATCH];
    this.#batch = {
      inputs: tf.randomUniform([BATCH, LENGTH], 0, vocabulary, 'int32', 1),
      labels: tf.randomUniform(labels, 0, vocabulary, 'int32', 2),
      weights: tf.ones(labels),
    };
  }

  get parameters(): number {
    return this.#model.countParams();
  }

  /** A step on the fused kernels. */
  async fused(): Promise<() => number> {
    const path = await choosePath(this.#model, {
      encode: () => ({ size: 0, batch: () => this.#batch }),
      loss: softmaxLoss,
    });
    if (path.engine === 'generic') throw new Error(`The model is not recognised: ${path.reason}.`);
    const weights = readWeights(this.#model, new Float32Array(this.parameters));
    path.training.begin(
      weights,
      { learningRate: LEARNING_RATE, proximal: 0, gradientClip: null, optimizer: { kind: 'sgd' } },
      { batch: BATCH, steps: LENGTH },
    );
    const values = (tensor: tf.Tensor) => ({ shape: tensor.shape, values: tensor.dataSync() });
    const { inputs, labels, weights: counts } = this.#batch;
    return () =>
      path.training.step({ inputs: values(inputs), labels: values(labels), weights: values(counts) });
  }

  /** A step by tfjs' own operations, on the current backend. */
  generic(): () => number {
    const optimizer = tf.train.sgd(LEARNING_RATE);
    return () => {
      const loss = optimizer.minimize(() => softmaxLoss(this.#model, this.#batch), true)!;
      const [value] = loss.dataSync();
      loss.dispose();
      return value;
    };
  }

  dispose(): void {
    this.#model.dispose();
    tf.dispose(Object.values(this.#batch));
  }
}

/** Floating-point operations in the matrix products of one step: two for each weight and row, forward and twice backward. */
export function flopsOf({ vocabulary, embedding, units, hidden, everyPosition }: Shape): number {
  const positions = BATCH * LENGTH;
  const rows = everyPosition ? positions : BATCH;
  const recurrent = (embedding + units) * 3 * units;
  const output = hidden > 0 ? units * hidden + hidden * vocabulary : units * vocabulary;
  return 3 * 2 * (positions * recurrent + rows * output);
}
