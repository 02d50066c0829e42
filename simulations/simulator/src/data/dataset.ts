/** What is known of training examples beside what is learned from them: columns as long as the examples, each where the data has it. */
export interface Columns {
  /** Who each example belongs to. */
  readonly users?: readonly string[];
  /** The class of each, a whole number from 0. */
  readonly labels?: ArrayLike<number>;
  /** When each came about; only the order matters. */
  readonly times?: ArrayLike<number>;
}

/** Examples to be spread over clients, and others that no client sees, to measure on. */
export interface Dataset<Example> extends Columns {
  readonly name: string;
  readonly train: readonly Example[];
  readonly heldOut: readonly Example[];
}
