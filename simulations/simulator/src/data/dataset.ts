/** Metadata of training examples: columns with one entry per example, each optional. */
export interface Columns {
  /** Owner of each example. */
  readonly users?: readonly string[];
  /** Class of each example, an integer from 0. */
  readonly labels?: ArrayLike<number>;
  /** Time of each example; only the order matters. */
  readonly times?: ArrayLike<number>;
}

/** Training examples to spread over clients, and held-out ones that no client sees. */
export interface Dataset<Example> extends Columns {
  readonly name: string;
  readonly train: readonly Example[];
  readonly heldOut: readonly Example[];
}
