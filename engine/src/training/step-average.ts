import type { Steps } from './steps.ts';

/** Most weights in a mean: reading them takes as long as part of a step. */
const maxWeights = 64;

/**
 * Mean of the weights after the last steps of a training; if these are many, evenly spaced ones are chosen.
 */
export class StepAverage {
  /** Mean so far, in the order of the layout. */
  readonly weights: Float32Array;
  readonly #last: Float32Array;
  readonly #first: number;
  readonly #stride: number;
  readonly #steps: number;
  #taken = 0;
  #counted = 0;

  /**
   * Throws `RangeError` for a share out of range.
   * @param share of the steps, above 0 and at most 1.
   * @param steps of the training.
   * @param size number of weight values.
   */
  constructor(share: number, steps: number, size: number) {
    if (!(share > 0 && share <= 1))
      throw new RangeError(
        `The weights of ${share} of the steps can't be averaged: it takes more than 0 and at most 1.`,
      );
    const counted = Math.max(1, Math.round(share * steps));
    this.#steps = steps;
    this.#first = steps - counted + 1;
    this.#stride = Math.ceil(counted / maxWeights);
    this.weights = new Float32Array(size);
    this.#last = new Float32Array(size);
  }

  /** Counts a step that was just taken. */
  took(steps: Pick<Steps<never>, 'read'>): void {
    this.#taken += 1;
    // Counted from the end, so that the last step is always included.
    if (this.#taken < this.#first || (this.#steps - this.#taken) % this.#stride !== 0) return;
    const { weights } = this;
    const last = steps.read(this.#last);
    const share = 1 / ++this.#counted;
    for (let i = 0; i < last.length; i++) weights[i] = weights[i]! + share * (last[i]! - weights[i]!);
  }
}
