import type { Address } from './kernels.ts';
import type { Parameters } from './parameters.ts';
import type { Sequence } from './sequence.ts';
import type { Workspace } from './workspace.ts';

/** Optimiser, equal to the one of the same name in tfjs. */
export type Optimizer =
  | { readonly kind: 'sgd' }
  | { readonly kind: 'momentum'; readonly momentum: number; readonly nesterov: boolean }
  | { readonly kind: 'adam'; readonly beta1: number; readonly beta2: number; readonly epsilon: number };

export interface DescentSettings {
  readonly learningRate: number;
  /** Strength of the pull towards the initial weights; 0 for none. */
  readonly proximal: number;
  /** Longest L2 norm of a step's gradient; null for any. */
  readonly gradientClip: number | null;
  readonly optimizer: Optimizer;
  /**
   * True if a correction is added to each step's gradient after clipping; false by default. Only SGD uses it.
   */
  readonly corrected?: boolean;
}

/** Optimiser steps, in place. */
export class Descent {
  readonly #workspace: Workspace;
  readonly #parameters: Parameters;
  readonly #settings: DescentSettings;
  /** Initial weights, if there is a pull towards them; otherwise 0. */
  readonly #anchor: Address;
  /** Correction of each gradient, if there is one; otherwise 0. */
  readonly #correction: Address;
  readonly #moments: readonly Address[];
  #steps = 0;

  /** Reserves memory; `begin` follows once the memory is committed. */
  constructor(workspace: Workspace, parameters: Parameters, settings: DescentSettings) {
    this.#workspace = workspace;
    this.#parameters = parameters;
    this.#settings = settings;
    this.#anchor = settings.proximal > 0 ? workspace.reserve(parameters.trainable) : 0;
    this.#correction = settings.corrected ? workspace.reserve(parameters.trainable) : 0;
    const moments = { sgd: 0, momentum: 1, adam: 2 }[settings.optimizer.kind];
    this.#moments = Array.from({ length: moments }, () => workspace.reserve(parameters.trainable));
  }

  /**
   * Takes the current weights as the initial ones. `correction` has one number for each trainable weight, if
   * the settings ask for it.
   */
  begin(correction?: Float32Array): void {
    const { trainable: count, values } = this.#parameters;
    if (this.#anchor > 0) this.#workspace.floats.copyWithin(this.#anchor / 4, values / 4, values / 4 + count);
    if (correction && this.#correction > 0)
      this.#workspace.view(this.#correction, count).set(correction.subarray(0, count));
    for (const moment of this.#moments) this.#workspace.zero(moment, count);
    this.#steps = 0;
  }

  /** True if a step may skip rows of the embedding that no token looked up. */
  get sparse(): boolean {
    const { embedding, tied } = this.#parameters;
    const learns = embedding?.table.learns ?? true;
    return this.#settings.optimizer.kind === 'sgd' && this.#anchor === 0 && !tied && learns;
  }

  /** Moves all weights that have gradients by one step. */
  step(sequence: Sequence | null): void {
    this.#steps += 1;
    const { trainable: count, values, gradients, embedding } = this.#parameters;
    const { learningRate, proximal, gradientClip, optimizer } = this.#settings;
    const { kernels } = this.#workspace;
    if (sequence && embedding && this.sparse) {
      this.#sparseStep(sequence, embedding.layer.width);
    } else if (this.#anchor > 0 && gradientClip === null && optimizer.kind === 'sgd') {
      kernels.proximalSgd(count, values, this.#anchor, gradients, learningRate, proximal);
    } else {
      if (this.#anchor > 0) kernels.pull(count, values, this.#anchor, gradients, proximal);
      this.#move(gradientClip === null ? 1 : this.#scale(kernels.squaredNorm(count, gradients)));
    }
    if (this.#correction > 0) kernels.sgd(count, values, this.#correction, learningRate);
  }

  /** Moves the rows of the embedding that were looked up, and all other weights, by SGD. */
  #sparseStep(sequence: Sequence, width: number): void {
    const { trainable: count, values, gradients, embedding } = this.#parameters;
    const { kernels } = this.#workspace;
    const { table } = embedding!;
    const { count: rows, rows: indices } = sequence.met;
    const rest = count - table.size;
    const restGradients = gradients + 4 * table.size;
    const scale =
      this.#settings.gradientClip === null
        ? 1
        : this.#scale(
            kernels.squaredNorm(rows * width, table.gradient) + kernels.squaredNorm(rest, restGradients),
          );
    const rate = this.#settings.learningRate * scale;
    kernels.sgdRows(rows, width, indices, table.value, table.gradient, rate);
    kernels.sgd(rest, values + 4 * table.size, restGradients, rate);
  }

  /** Factor that clips the gradient's norm (Pascanu et al. 2013, §3.2). */
  #scale(squaredNorm: number): number {
    return Math.min(1, this.#settings.gradientClip! / Math.sqrt(squaredNorm));
  }

  #move(scale: number): void {
    const { trainable: count, values, gradients } = this.#parameters;
    const { learningRate: rate, optimizer } = this.#settings;
    const { kernels } = this.#workspace;
    const [first = 0, second = 0] = this.#moments;
    if (optimizer.kind === 'sgd') kernels.sgd(count, values, gradients, rate * scale);
    else if (optimizer.kind === 'momentum') {
      const { momentum, nesterov } = optimizer;
      kernels.momentum(count, values, gradients, first, rate, scale, momentum, Number(nesterov));
    } else {
      const { beta1, beta2, epsilon } = optimizer;
      const unbias1 = 1 / (1 - beta1 ** this.#steps);
      const unbias2 = 1 / (1 - beta2 ** this.#steps);
      // biome-ignore format: memory, then numbers
      kernels.adam(
        count, values, gradients, first, second, rate, scale, beta1, beta2, unbias1, unbias2, epsilon,
      );
    }
  }
}
