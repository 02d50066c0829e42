import { EXCLUDED, type Negatives } from '../objective/negative-sampler.ts';
import type { LossRows } from './counted-rows.ts';
import { CrossEntropy } from './cross-entropy.ts';
import type { Address } from './kernels.ts';
import type { DenseParameters } from './parameters.ts';
import type { Workspace } from './workspace.ts';

/**
 * Last layer of a model under sampled softmax: each row has one logit for each negative of the step and, in
 * the last column, one for its own label. Weights of other classes are neither read nor moved.
 */
export class SampledOutput {
  readonly #workspace: Workspace;
  readonly #output: DenseParameters;
  readonly #negatives: number;
  readonly #scratch: Address;
  /** Position of each class among the negatives; −1 if it is not one. */
  readonly #slots: Int32Array;
  readonly #crossEntropy: CrossEntropy;
  #classes = 0;
  #bias = 0;
  #rows = 0;
  #rowGradients = 0;
  #own = 0;
  #ownGradients = 0;
  #targets = 0;
  #columnSums = 0;

  constructor(workspace: Workspace, output: DenseParameters, negatives: number, scratch: Address) {
    this.#workspace = workspace;
    this.#output = output;
    this.#negatives = negatives;
    this.#scratch = scratch;
    this.#crossEntropy = new CrossEntropy(workspace);
    this.#slots = new Int32Array(output.layer.units).fill(-1);
  }

  reserve(rows: number): void {
    const workspace = this.#workspace;
    const { inputs } = this.#output.layer;
    const columns = this.#negatives + 1;
    this.#crossEntropy.reserve(rows, columns);
    const { blockRows } = this.#crossEntropy;
    this.#classes = workspace.reserve(this.#negatives);
    this.#bias = workspace.reserve(this.#negatives);
    this.#rows = workspace.reserve(this.#negatives * inputs);
    this.#rowGradients = workspace.reserve(this.#negatives * inputs);
    this.#own = workspace.reserve(blockRows * inputs);
    this.#ownGradients = workspace.reserve(blockRows * inputs);
    this.#targets = workspace.reserve(blockRows);
    this.#columnSums = workspace.reserve(columns);
  }

  get #logits(): Address {
    return this.#crossEntropy.logits;
  }

  /**
   * Returns the loss of `rows` of `inputs`, in nats. Leaves the gradients of the weights, and writes those of
   * the inputs to `outputGradients`, unless that is 0.
   */
  descend(
    negatives: Negatives,
    { count, labels, shares }: LossRows,
    inputs: Address,
    outputGradients: Address,
  ): number {
    const { kernel, bias } = this.#output;
    if (kernel.learns) this.#workspace.zero(kernel.gradient, kernel.size);
    if (bias?.learns) this.#workspace.zero(bias.gradient, bias.size);
    this.#take(negatives);
    const row = 4 * this.#output.layer.inputs;
    let loss = 0;
    const { blockRows } = this.#crossEntropy;
    for (let first = 0; first < count; first += blockRows) {
      const part = {
        count: Math.min(blockRows, count - first),
        labels: labels + 4 * first,
        shares: shares + 4 * first,
      };
      const from = inputs + first * row;
      loss += this.#score(negatives, part, from);
      this.#gradients(part, from, outputGradients > 0 ? outputGradients + first * row : 0, first > 0);
    }
    if (count > 0 && kernel.learns) this.#scatter(this.#negatives, this.#rowGradients, this.#classes);
    for (const index of negatives.classes) this.#slots[index] = -1;
    return loss;
  }

  /** Gathers the weights of the negatives. */
  #take({ classes, logCounts }: Negatives): void {
    const { ints, floats } = this.#workspace;
    const { bias } = this.#output;
    ints.set(classes, this.#classes / 4);
    for (const [slot, index] of classes.entries()) {
      this.#slots[index] = slot;
      floats[this.#bias / 4 + slot] = (bias ? floats[bias.value / 4 + index]! : 0) - logCounts[slot]!;
    }
    this.#gather(this.#negatives, this.#classes, this.#rows);
  }

  /** Computes the logits of a block of rows and returns its loss; gradients replace the logits. */
  #score(negatives: Negatives, { count, labels, shares }: Omit<LossRows, 'indices'>, from: Address): number {
    const { kernels, ints, floats } = this.#workspace;
    const { layer, bias } = this.#output;
    const columns = this.#negatives + 1;
    this.#gather(count, labels, this.#own);
    // biome-ignore format: one line for each matrix
    kernels.multiply(
      count, this.#negatives, layer.inputs, from, layer.inputs, 0, this.#rows, layer.inputs, 1,
      this.#logits, columns, 0, this.#bias, this.#scratch,
    );
    kernels.rowDots(count, layer.inputs, from, this.#own, this.#logits + 4 * this.#negatives, columns);
    for (let row = 0, at = this.#logits / 4; row < count; row++, at += columns) {
      const label = ints[labels / 4 + row]!;
      floats[at + this.#negatives]! +=
        (bias ? floats[bias.value / 4 + label]! : 0) - negatives.logCountOf(label);
      const slot = this.#slots[label]!;
      if (slot >= 0) floats[at + slot] = EXCLUDED;
    }
    ints.fill(this.#negatives, this.#targets / 4, this.#targets / 4 + count);
    return this.#crossEntropy.descend({ count, labels: this.#targets, shares });
  }

  #gradients(
    { count, labels }: Omit<LossRows, 'indices'>,
    from: Address,
    outputGradients: Address,
    accumulate: boolean,
  ): void {
    const { kernels } = this.#workspace;
    const { inputs } = this.#output.layer;
    const columns = this.#negatives + 1;
    const ownLogits = this.#logits + 4 * this.#negatives;
    if (this.#output.kernel.learns) {
      // biome-ignore format: one line for each matrix
      kernels.multiply(
        this.#negatives, inputs, count, this.#logits, columns, 1, from, inputs, 0,
        this.#rowGradients, inputs, Number(accumulate), 0, this.#scratch,
      );
      kernels.scaleRows(count, inputs, ownLogits, columns, from, this.#ownGradients, 0);
      this.#scatter(count, this.#ownGradients, labels);
    }
    this.#biasGradient(count, labels);
    if (outputGradients === 0) return;
    // biome-ignore format: one line for each matrix
    kernels.multiply(
      count, inputs, this.#negatives, this.#logits, columns, 0, this.#rows, inputs, 0,
      outputGradients, inputs, 0, 0, this.#scratch,
    );
    kernels.scaleRows(count, inputs, ownLogits, columns, this.#own, outputGradients, 1);
  }

  #biasGradient(count: number, labels: Address): void {
    const { bias } = this.#output;
    if (!bias?.learns) return;
    const { kernels, floats, ints } = this.#workspace;
    const columns = this.#negatives + 1;
    kernels.columnSums(count, columns, this.#logits, this.#columnSums, 0);
    const to = bias.gradient / 4;
    for (let slot = 0; slot < this.#negatives; slot++)
      floats[to + ints[this.#classes / 4 + slot]!]! += floats[this.#columnSums / 4 + slot]!;
    for (let row = 0, at = this.#logits / 4 + this.#negatives; row < count; row++, at += columns)
      floats[to + ints[labels / 4 + row]!]! += floats[at]!;
  }

  /** Copies the weights of `count` classes as rows. */
  #gather(count: number, classes: Address, to: Address): void {
    const { kernels } = this.#workspace;
    const { layer, kernel } = this.#output;
    if (layer.tied) kernels.gatherRows(count, layer.inputs, kernel.value, classes, to);
    else kernels.gatherColumns(count, layer.inputs, layer.units, kernel.value, classes, to);
  }

  #scatter(count: number, from: Address, classes: Address): void {
    const { kernels } = this.#workspace;
    const { layer, kernel } = this.#output;
    if (layer.tied) kernels.addRows(count, layer.inputs, from, classes, kernel.gradient);
    else kernels.addColumns(count, layer.inputs, layer.units, from, classes, kernel.gradient);
  }
}
