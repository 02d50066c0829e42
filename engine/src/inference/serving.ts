/** Questions to a model about one example: the right class at each of these positions. */
export interface Questions {
  /** Input of the model: tokens from the beginning of the sequence on, or the features of one row. */
  readonly input: readonly number[];
  /**
   * Right classes, none below `Serving.firstClass`. In a sequence the class at `position` follows the first
   * `position` + 1 tokens, and positions rise; a row of features has one question, at position 0.
   */
  readonly targets: readonly { readonly position: number; readonly class: number }[];
}

/**
 * Use of a model on a device: inputs for an app's requests, and questions from its examples. Needs no tfjs,
 * so any thread may have it.
 */
export interface Serving<Example> {
  /**
   * Kind of output. `classes`, the default: a model tells classes apart, and predictions are probabilities.
   * `numbers`: predictions are the values of its outputs, one output after the other, as for regression;
   * there are no questions, so no version is compared with another, and no personal model is mixed in.
   */
  readonly says?: 'classes' | 'numbers';
  /** Number of classes: 0 … `classes` − 1; for `numbers`, the number of outputs. */
  readonly classes: number;
  /**
   * First class that is predicted. Lower ones are only inputs, such as padding: predictions give them
   * probability 0.
   */
  readonly firstClass: number;
  /**
   * Set if the vocabulary of the task may grow. Then versions may have more classes than the app, which
   * ignores the surplus, or fewer, and the missing ones get probability 0. No round trains such a version on
   * this device. `unknown` is the token that a smaller version reads instead of one it lacks; without it,
   * such an input is refused. Left out: versions with another number of classes are refused.
   */
  readonly grows?: { readonly unknown?: number };
  /**
   * Returns the model's input for an app's request, as in `Questions`, at least one value. Throws
   * `RangeError` for an invalid request.
   */
  input(asked: unknown): readonly number[];
  /**
   * Returns the questions of one of the device's examples, which scores are taken on. No targets if it has
   * none.
   */
  questions(example: Example): Questions;
  /**
   * Input and questions for the device's own counts: words without a class, such as names, have a number from
   * `classes` to 2^32 − 2, the same each time. Left out if only classes are learned.
   */
  readonly own?: Pick<Serving<Example>, 'input' | 'questions'>;
}
