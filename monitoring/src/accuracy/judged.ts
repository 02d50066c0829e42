/** What a model said, and what came of it. */
export type Judged = JudgedClass | JudgedNumber;

export interface JudgedClass {
  readonly kind: 'class';
  /** Guesses, the best first. */
  readonly guesses: readonly Label[];
  /** Of each guess, from 0 to 1, where the model says so. */
  readonly probabilities?: readonly number[];
  readonly outcome: Label;
}

export interface JudgedNumber {
  readonly kind: 'number';
  readonly predicted: number;
  readonly outcome: number;
}

export type Label = string | number | boolean;
