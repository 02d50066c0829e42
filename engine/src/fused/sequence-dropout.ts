import { mixed } from './draws.ts';
import type { Address } from './kernels.ts';
import type { Workspace } from './workspace.ts';

/**
 * Dropout between the layers of a sequence: in training each value is left out with probability `rate`, anew at each position, and the
 * others are scaled so that their expectation stays (Zaremba et al. 2014: not from one step's state to the next). What is left out
 * follows from the seed, the place and the number of the step.
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

  /** What came out of `forward`. */
  get output(): Address {
    return this.#output;
  }

  reserve(values: number): void {
    this.#output = this.#workspace.reserve(values);
  }

  /** What the next steps draw from. */
  seed(seed: number): void {
    this.#seed = seed;
    this.#steps = 0;
  }

  forward(values: number, x: Address): void {
    this.#drawn = mixed(mixed(mixed(this.#seed) + this.#steps) + this.#place);
    this.#steps += 1;
    this.#workspace.kernels.dropout(values, this.#drawn, this.#rate, x, this.#output);
  }

  /** Makes gradients of what came out those of what went in, in place. */
  backward(values: number, outputGradients: Address): void {
    this.#workspace.kernels.dropout(values, this.#drawn, this.#rate, outputGradients, outputGradients);
  }
}
