import { mixed } from './draws.ts';
import type { Address } from './kernels.ts';
import type { Workspace } from './workspace.ts';

/**
 * Dropout between the layers of a sequence, but not from one step's state to the next (Zaremba et al. 2014).
 * In training each value is dropped with probability `rate`, independently at each position; the others are
 * scaled so that their expectation stays the same. The mask follows from the seed, the place and the number
 * of the step.
 */
export class SequenceDropout {
  readonly #workspace: Workspace;
  readonly #rate: number;
  readonly #place: number;
  #output = 0;
  #seed = 0;
  #steps = 0;
  #drawn = 0;

  constructor(workspace: Workspace, rate: number, place: number) {
    this.#workspace = workspace;
    this.#rate = rate;
    this.#place = place;
  }

  get output(): Address {
    return this.#output;
  }

  reserve(values: number): void {
    this.#output = this.#workspace.reserve(values);
  }

  /** Sets the seed of the next steps. */
  seed(seed: number): void {
    this.#seed = seed;
    this.#steps = 0;
  }

  forward(values: number, x: Address): void {
    this.#drawn = mixed(mixed(mixed(this.#seed) + this.#steps) + this.#place);
    this.#steps += 1;
    this.#workspace.kernels.dropout(values, this.#drawn, this.#rate, x, this.#output);
  }

  /** Turns gradients of the outputs into those of the inputs, in place. */
  backward(values: number, outputGradients: Address): void {
    this.#workspace.kernels.dropout(values, this.#drawn, this.#rate, outputGradients, outputGradients);
  }
}
