import type { Negatives } from '../objective/negative-sampler.ts';
import { blocksOf } from './blocks.ts';
import type { LossRows } from './counted-rows.ts';
import { CrossEntropy } from './cross-entropy.ts';
import type { Address } from './kernels.ts';
import type { DenseParameters, Parameters } from './parameters.ts';
import { SampledOutput } from './sampled-output.ts';
import type { Workspace } from './workspace.ts';

/** Last part of a model: dense layers on single rows, and softmax cross-entropy of their logits. */
export class DenseHead {
  readonly #workspace: Workspace;
  readonly #layers: readonly DenseParameters[];
  readonly #scratch: Address;
  readonly #training: boolean;
  /** True if there is a part before that needs gradients. */
  readonly #follows: boolean;
  /** First layer that needs the gradients of its outputs; 0 if a part before needs those of its inputs. */
  readonly #first: number;
  /** Inputs of each layer; `#outputGradients` has their gradients. */
  #inputs: Address[] = [];
  #outputGradients: Address[] = [];
  readonly #crossEntropy: CrossEntropy;
  #sampled: SampledOutput | null = null;

  constructor(
    workspace: Workspace,
    { dense, featuresLearn }: Parameters,
    scratch: Address,
    training: boolean,
  ) {
    this.#workspace = workspace;
    this.#layers = dense;
    this.#training = training;
    this.#follows = featuresLearn;
    const first = dense.findIndex(({ kernel, bias }) => kernel.learns || bias?.learns);
    this.#first = this.#follows ? 0 : first < 0 ? dense.length - 1 : first;
    this.#scratch = scratch;
    this.#crossEntropy = new CrossEntropy(workspace);
  }

  get classes(): number {
    return this.#layers.at(-1)!.layer.units;
  }

  /**
   * Sets the number of negatives of a step from the next `reserve` on; 0 for the full softmax over all
   * classes.
   */
  sample(negatives: number): void {
    this.#sampled =
      negatives > 0
        ? new SampledOutput(this.#workspace, this.#layers.at(-1)!, negatives, this.#scratch)
        : null;
  }

  reserve(rows: number): void {
    const workspace = this.#workspace;
    this.#inputs = this.#layers.map(({ layer }) => workspace.reserve(rows * layer.inputs));
    this.#outputGradients = this.#layers.map(({ layer }, i) =>
      this.#follows || (this.#training && i > this.#first) ? workspace.reserve(rows * layer.inputs) : 0,
    );
    if (this.#sampled) this.#sampled.reserve(rows);
    else this.#crossEntropy.reserve(rows, this.classes);
  }

  /**
   * Computes the loss of the counted rows of `from`, in nats, and the gradients of the weights. Adds the
   * gradients of the rows to `fromGradients`, if there is a part before.
   *
   * @param negatives of this step, if the softmax is sampled.
   * @returns the work in parts, between which the caller may pause.
   */
  *descend(
    rows: LossRows,
    from: Address,
    fromGradients: Address,
    negatives: Negatives | null,
  ): Generator<undefined, number> {
    const { count, indices } = rows;
    const { kernels } = this.#workspace;
    const layers = this.#layers;
    const last = layers.length - 1;
    kernels.gatherRows(count, layers[0]!.layer.inputs, from, indices, this.#inputs[0]!);
    for (let i = 0; i < last; i++) this.#forward(i, count, this.#inputs[i + 1]!);
    const loss =
      this.#sampled && negatives
        ? this.#sampled.descend(negatives, rows, this.#inputs[last]!, this.#outputGradients[last]!)
        : yield* this.#full(rows);
    for (let i = last - 1; i >= this.#first; i--) yield* this.#backward(i, count);
    if (this.#follows)
      kernels.addRows(count, layers[0]!.layer.inputs, this.#outputGradients[0]!, indices, fromGradients);
    return loss;
  }

  /** Computes the loss over all classes, and the gradients of the last layer, block by block. */
  *#full({ count, labels, shares }: LossRows): Generator<undefined, number> {
    const { blockRows, logits } = this.#crossEntropy;
    let loss = 0;
    for (const [row, rows] of blocksOf(count, blockRows)) {
      this.#scoreBlock(row, rows);
      yield;
      loss += this.#crossEntropy.descend({ count: rows, labels: labels + 4 * row, shares: shares + 4 * row });
      yield;
      yield* this.#gradients(this.#layers.length - 1, row, rows, logits, row > 0);
      yield;
    }
    return loss;
  }

  /**
   * Computes logits of `count` rows of `from`, block by block; calls `visit` with the first row of a block,
   * the number of its rows and their address.
   */
  score(
    count: number,
    indices: Address,
    from: Address,
    visit: (first: number, rows: number, logits: Address) => void,
  ): void {
    const { kernels } = this.#workspace;
    kernels.gatherRows(count, this.#layers[0]!.layer.inputs, from, indices, this.#inputs[0]!);
    for (let i = 0; i < this.#layers.length - 1; i++) this.#forward(i, count, this.#inputs[i + 1]!);
    const { blockRows, logits } = this.#crossEntropy;
    for (let row = 0; row < count; row += blockRows) {
      const rows = Math.min(blockRows, count - row);
      this.#scoreBlock(row, rows);
      visit(row, rows, logits);
    }
  }

  /** Runs one hidden layer. */
  #forward(i: number, count: number, to: Address): void {
    const { units, activation } = this.#layers[i]!.layer;
    this.#apply(i, count, this.#inputs[i]!, to);
    this.#workspace.kernels.activate(activation, count * units, to);
  }

  /** Applies a layer without its activation to `count` rows. */
  #apply(i: number, count: number, from: Address, to: Address): void {
    const { kernels } = this.#workspace;
    const { layer, kernel, bias, isPacked } = this.#layers[i]!;
    const { inputs, units, tied } = layer;
    // biome-ignore format: one line for each matrix
    if (isPacked) kernels.multiplyPacked(
      count, units, inputs, from, inputs, 0, kernel.value,
      to, units, 0, bias?.value ?? 0, this.#scratch,
    );
    else kernels.multiply(
      count, units, inputs, from, inputs, 0, kernel.value, tied ? inputs : units, Number(tied),
      to, units, 0, bias?.value ?? 0, this.#scratch,
    );
  }

  *#backward(i: number, count: number): Generator<undefined, void> {
    const { kernels } = this.#workspace;
    const { layer } = this.#layers[i]!;
    kernels.activationGradient(
      layer.activation,
      count * layer.units,
      this.#inputs[i + 1]!,
      this.#outputGradients[i + 1]!,
    );
    yield* this.#gradients(i, 0, count, this.#outputGradients[i + 1]!, false);
  }

  /**
   * Computes the gradients of a layer from those of `count` of its output rows, which begin at row `first`.
   */
  *#gradients(
    i: number,
    first: number,
    count: number,
    outputGradients: Address,
    accumulate: boolean,
  ): Generator<undefined, void> {
    const { kernels } = this.#workspace;
    const { layer, kernel, bias } = this.#layers[i]!;
    const { inputs, units, tied } = layer;
    const offset = 4 * first * inputs;
    if (kernel.learns) {
      // biome-ignore format: one line for each matrix
      if (tied) kernels.multiply(
        units, inputs, count, outputGradients, units, 1, this.#inputs[i]! + offset, inputs, 0,
        kernel.gradient, inputs, Number(accumulate), 0, this.#scratch,
      );
      else kernels.multiply(
        inputs, units, count, this.#inputs[i]! + offset, inputs, 1, outputGradients, units, 0,
        kernel.gradient, units, Number(accumulate), 0, this.#scratch,
      );
    }
    if (bias?.learns) kernels.columnSums(count, units, outputGradients, bias.gradient, Number(accumulate));
    if (i <= this.#first && !this.#follows) return;
    yield;
    // biome-ignore format: one line for each matrix
    kernels.multiply(
      count, inputs, units, outputGradients, units, 0, kernel.value, tied ? inputs : units, tied ? 0 : 1,
      this.#outputGradients[i]! + offset, inputs, 0, 0, this.#scratch,
    );
  }

  /** Computes the logits of a block of rows. */
  #scoreBlock(first: number, rows: number): void {
    const i = this.#layers.length - 1;
    const { inputs } = this.#layers[i]!.layer;
    this.#apply(i, rows, this.#inputs[i]! + 4 * first * inputs, this.#crossEntropy.logits);
  }
}
