import type { Address } from '../kernels.ts';
import type { Workspace } from '../workspace.ts';
import type { ActivationLayer, DropoutLayer } from './layers.ts';
import type { PlacedLayer } from './running.ts';

/** Activation as a layer of its own. */
export class Activate implements PlacedLayer {
  readonly size: number;
  readonly #workspace: Workspace;
  readonly #layer: ActivationLayer;
  #output = 0;

  constructor(workspace: Workspace, layer: ActivationLayer) {
    this.#workspace = workspace;
    this.#layer = layer;
    this.size = layer.size;
  }

  get output(): Address {
    return this.#output;
  }

  reserve(rows: number): void {
    this.#output = this.#workspace.reserve(rows * this.size);
  }

  forward(rows: number, x: Address): void {
    const { floats, kernels } = this.#workspace;
    floats.copyWithin(this.#output / 4, x / 4, x / 4 + rows * this.size);
    kernels.activate(this.#layer.activation, rows * this.size, this.#output);
  }

  backward(rows: number, _: Address, outputGradients: Address, inputGradients: Address): void {
    if (inputGradients === 0) return;
    const { floats, kernels } = this.#workspace;
    const count = rows * this.size;
    floats.copyWithin(inputGradients / 4, outputGradients / 4, outputGradients / 4 + count);
    kernels.activationGradient(this.#layer.activation, count, this.#output, inputGradients);
  }
}

/**
 * Dropout: in training each value is dropped with probability `rate`, and the others are scaled so that their
 * expectation stays the same. The mask follows from the seed, the layer and the number of the step.
 */
export class Dropout implements PlacedLayer {
  readonly size: number;
  readonly #workspace: Workspace;
  readonly #layer: DropoutLayer;
  readonly #training: boolean;
  #output = 0;
  #seed = 0;

  constructor(workspace: Workspace, layer: DropoutLayer, training: boolean) {
    this.#workspace = workspace;
    this.#layer = layer;
    this.#training = training;
    this.size = layer.size;
  }

  get output(): Address {
    return this.#output;
  }

  reserve(rows: number): void {
    this.#output = this.#workspace.reserve(rows * this.size);
  }

  /** Sets the seed of the next step. */
  seed(seed: number): void {
    this.#seed = seed;
  }

  forward(rows: number, x: Address): void {
    const { floats } = this.#workspace;
    if (this.#training) this.#drop(rows * this.size, x, this.#output);
    else floats.copyWithin(this.#output / 4, x / 4, x / 4 + rows * this.size);
  }

  backward(rows: number, _: Address, outputGradients: Address, inputGradients: Address): void {
    if (inputGradients > 0) this.#drop(rows * this.size, outputGradients, inputGradients);
  }

  #drop(count: number, from: Address, to: Address): void {
    this.#workspace.kernels.dropout(count, this.#seed, this.#layer.rate, from, to);
  }
}
