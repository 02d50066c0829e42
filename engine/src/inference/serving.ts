/** What a model is asked about one example: the class that it should have found at each of these positions. */
export interface Questions {
  /** What the model takes: tokens from the beginning of the sequence on, or the features of one row. */
  readonly input: readonly number[];
  /**
   * The classes to be found, none below `Serving.firstClass`. In a sequence the class at `position` follows the first
   * `position` + 1 tokens, and positions rise; a row of features has one question, at position 0.
   */
  readonly targets: readonly { readonly position: number; readonly class: number }[];
}

/** How a model is put to use on a device: what an app asks, and what its examples tell. Needs no tfjs, so any thread may have it. */
export interface Serving<Example> {
  /**
   * `classes`, the default: a model tells classes apart, and predictions are probabilities. `numbers`: predictions are what its outputs say, one
   * output after the other, as for regression; there are no questions, so no version is compared with another, and no personal model is mixed in.
   */
  readonly says?: 'classes' | 'numbers';
  /** Classes that a model tells apart: 0 … `classes` − 1; of `numbers`, how many there are. */
  readonly classes: number;
  /** Classes below it are inputs alone, such as padding: predictions give them probability 0. */
  readonly firstClass: number;
  /**
   * Given where the vocabulary of the task may grow: then versions serve that know more classes than the app, which leaves these out, or fewer, of which
   * the others get probability 0. No round trains such a version here. `unknown` is the token that a smaller one hears in the place of one it lacks;
   * without it, such an input is refused. Left out: a version of other classes is refused.
   */
  readonly grows?: { readonly unknown?: number };
  /** The model's input for what the app asks about, as in `Questions`, at least one value. Throws `RangeError` for what is none. */
  input(asked: unknown): readonly number[];
  /** What an example of the device asks of a model: scores are taken on these. No targets where it holds nothing to find. */
  questions(example: Example): Questions;
  /**
   * The same for what a device counts by itself: what no class stands for, such as a name, has a number of its own there, from `classes` to
   * 2^32 − 2, the same each time. Left out where nothing but classes is learned.
   */
  readonly own?: Pick<Serving<Example>, 'input' | 'questions'>;
}
