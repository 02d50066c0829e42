/** Prediction with its outcome. */
export type Judged = JudgedClass | JudgedNumber;

export interface JudgedClass {
  readonly kind: 'class';
  /** Guesses, the best first. */
  readonly guesses: readonly Label[];
  /** Probabilities of the guesses, from 0 to 1, if the model gives them. */
  readonly probabilities?: readonly number[];
  readonly outcome: Label;
}

export interface JudgedNumber {
  readonly kind: 'number';
  readonly predicted: number;
  readonly outcome: number;
}

export type Label = string | number | boolean;
