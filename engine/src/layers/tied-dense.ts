import * as tf from '../tfjs/tf.ts';
import { embeddingBefore } from './embedding-before.ts';

export interface TiedDenseConfig {
  /** Number of output values, equal to the rows of the embedding. */
  readonly units: number;
  /** True by default. */
  readonly useBias?: boolean;
  readonly name?: string;
}

/**
 * Linear output layer whose kernel is the transposed matrix of the nearest `embedding` layer before it, so
 * that one matrix both reads and writes words (Press & Wolf 2017, §3; Inan et al. 2017, §4). Maps `[…, width
 * of the embedding]` to `[…, units]`; its only own weight is a bias. Gradients of both uses add up in the
 * embedding. It is a layer of plain tfjs, on any backend: models that contain it load in any tfjs program
 * once `registerLayers` has been called.
 */
export class TiedDense extends tf.layers.Layer {
  static readonly className = 'TiedDense';
  readonly #units: number;
  readonly #useBias: boolean;
  #bias: tf.LayerVariable | undefined;

  constructor(config: TiedDenseConfig) {
    super({ ...config });
    this.#units = config.units;
    this.#useBias = config.useBias ?? true;
    this.supportsMasking = true;
  }

  /** Bias `[units]`; undefined if there is none. */
  get bias(): tf.Tensor | undefined {
    return this.#bias?.read();
  }

  override build(): void {
    if (this.#useBias) this.#bias = this.addWeight('bias', [this.#units], 'float32', tf.initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return [...(inputShape as tf.Shape).slice(0, -1), this.#units];
  }

  /** Throws `RangeError` if the model has no embedding before it, or one of another size. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const width = x.shape.at(-1)!;
      const rows = x.reshape([-1, width]);
      const products = tf.matMul(rows, this.table(width), false, true);
      const outputs = this.bias ? products.add(this.bias) : products;
      return outputs.reshape([...x.shape.slice(0, -1), this.#units]);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), units: this.#units, useBias: this.#useBias };
  }

  /** Matrix of the embedding, `[units, width]`. */
  table(width: number): tf.Tensor {
    const table = embeddingBefore(this)?.weights[0]?.read();
    if (table?.shape[0] !== this.#units || table.shape[1] !== width)
      throw new RangeError(
        `The layer ${this.name} needs an embedding of ${this.#units} × ${width} before it, but there is ` +
          `${table ? `one of ${table.shape.join(' × ')}` : 'none'}.`,
      );
    return table;
  }
}
