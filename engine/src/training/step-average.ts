import type { Steps } from './steps.ts';

/** Weights that count for a mean, at most: reading them takes as long as part of a step. */
const most = 64;

/** The mean of the weights after the last steps of a training, evenly chosen where these are many. */
export class StepAverage {
  /** In the order of the layout. */
  readonly weights: Float32Array;
  readonly #last: Float32Array;
  readonly #first: number;
  readonly #stride: number;
  readonly #steps: number;
  #taken = 0;
  #counted = 0;

  /** @param share of the steps, above 0 and at most 1. @param steps of the training. @param size values of the weights. Throws `RangeError` for another share. */
  constructor(share: number, steps: number, size: number) {
    if (!(share > 0 && share <= 1))
      throw new RangeError(
        `The weights of ${share} of the steps can't be averaged: it takes more than 0 and at most 1.`,
      );
    const counted = Math.max(1, Math.round(share * steps));
    this.#steps = steps;
    this.#first = steps - counted + 1;
    this.#stride = Math.ceil(counted / most);
    this.weights = new Float32Array(size);
    this.#last = new Float32Array(size);
  }

  /** Hears of each step. */
  took(steps: Pick<Steps<never>, 'read'>): void {
    this.#taken += 1;
    // Counted from the end, so that the last step is always one.
    if (this.#taken < this.#first || (this.#steps - this.#taken) % this.#stride !== 0) return;
    const { weights } = this;
    const last = steps.read(this.#last);
    const share = 1 / ++this.#counted;
    for (let i = 0; i < last.length; i++) weights[i] = weights[i]! + share * (last[i]! - weights[i]!);
  }
}
