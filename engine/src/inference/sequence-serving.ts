import type { Questions, Serving } from './serving.ts';

export interface SequenceOptions<Example> {
  /** Number of tokens that the model knows, 2 or more; token 0 is padding, and is never learned. */
  readonly tokens: number;
  /** Returns the tokens of an example, integers from 1 to `tokens` − 1. */
  readonly encode: (example: Example) => readonly number[];
  /** Maximum tokens in a row of a batch, 2 or more; 32 by default. A longer example is learned in parts. */
  readonly length?: number;
}

/**
 * Creates the `serving` of a `sequence` of tokens, without TensorFlow.js.
 *
 * @throws RangeError for fewer than two tokens
 */
export function sequenceServing<Example>(
  options: Pick<SequenceOptions<Example>, 'tokens' | 'encode'>,
): Serving<Example> {
  const read = readerOf(options);
  return {
    classes: options.tokens,
    firstClass: 1,
    input(asked) {
      const input = read(asked as Example);
      if (input.length === 0) throw new RangeError('"encode" gave no token.');
      return input;
    },
    questions(example): Questions {
      const input = read(example);
      const targets = input.slice(1).map((token, position) => ({ position, class: token }));
      return { input: input.slice(0, -1), targets };
    },
  };
}

/** Creates a function that encodes an example, and throws `RangeError` for invalid tokens. */
export function readerOf<Example>({
  tokens,
  encode,
}: Pick<SequenceOptions<Example>, 'tokens' | 'encode'>): (example: Example) => readonly number[] {
  if (!Number.isInteger(tokens) || tokens < 2)
    throw new RangeError(`"tokens" is a whole number from 2, not ${tokens}.`);
  return example => {
    const found = encode(example);
    const wrong = found.find(token => !Number.isInteger(token) || token < 1 || token >= tokens);
    if (wrong !== undefined)
      throw new RangeError(`"encode" gave ${String(wrong)}, not a whole number from 1 to ${tokens - 1}.`);
    return found;
  };
}
