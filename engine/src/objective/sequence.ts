import type { Questions } from '../inference/serving.ts';
import * as tf from '../tfjs/tf.ts';
import { softmaxLoss } from './losses.ts';
import { named } from './named-example.ts';
import type { ServedObjective } from './objective.ts';

export interface SequenceOptions<Example> {
  /** Tokens that the model knows, 2 or more; token 0 is padding, and is never learned. */
  readonly tokens: number;
  /** The tokens of an example, whole numbers from 1 to `tokens` − 1. */
  readonly encode: (example: Example) => readonly number[];
  /** The most tokens in a row of a batch, 2 or more; 32 by default. A longer example is learned in parts. */
  readonly length?: number;
}

/**
 * The objective of a model that predicts the next token at every position: it takes `[batch, time]` of whole numbers, ends in as many logits
 * or probabilities as there are tokens, and is trained by cross-entropy. With `serving`: an app asks with an example, what comes next is
 * answered. Training throws `data.row` for an example with a token out of range, which the detail names by its position.
 *
 * @throws RangeError for fewer than two tokens, or a length below 2
 */
export function sequence<Example>({
  tokens,
  encode,
  length = 32,
}: SequenceOptions<Example>): ServedObjective<Example> {
  if (!Number.isInteger(tokens) || tokens < 2)
    throw new RangeError(`"tokens" is a whole number from 2, not ${tokens}.`);
  if (!Number.isInteger(length) || length < 2)
    throw new RangeError(`"length" is a whole number from 2, not ${length}.`);
  const read = (example: Example): readonly number[] => {
    const found = encode(example);
    const wrong = found.find(token => !Number.isInteger(token) || token < 1 || token >= tokens);
    if (wrong !== undefined)
      throw new RangeError(`"encode" gave ${String(wrong)}, not a whole number from 1 to ${tokens - 1}.`);
    return found;
  };
  return {
    encode(examples) {
      const rows = examples.flatMap((example, i) =>
        partsOf(
          named(i, () => read(example)),
          length,
        ),
      );
      return {
        size: rows.length,
        steps: length - 1,
        batch: chosen => batchOf(Array.from(chosen, row => rows[row]!)),
      };
    },
    loss: softmaxLoss,
    serving: {
      classes: tokens,
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
    },
  };
}

/** An example in parts of `length` tokens, the last of each being the first of the next, so that none is left unlearned. */
function partsOf(tokens: readonly number[], length: number): (readonly number[])[] {
  const parts: (readonly number[])[] = [];
  for (let at = 0; at + 1 < tokens.length; at += length - 1) parts.push(tokens.slice(at, at + length));
  return parts;
}

/** Rows side by side, shorter ones padded with token 0 and weight 0. */
function batchOf(rows: readonly (readonly number[])[]) {
  const time = Math.max(...rows.map(row => row.length)) - 1;
  const shape: [number, number] = [rows.length, time];
  const inputs = new Int32Array(rows.length * time);
  const labels = new Int32Array(rows.length * time);
  const weights = new Float32Array(rows.length * time);
  for (const [i, row] of rows.entries()) {
    inputs.set(row.slice(0, -1), i * time);
    labels.set(row.slice(1), i * time);
    weights.fill(1, i * time, i * time + row.length - 1);
  }
  return {
    inputs: tf.tensor2d(inputs, shape, 'int32'),
    labels: tf.tensor2d(labels, shape, 'int32'),
    weights: tf.tensor2d(weights, shape),
  };
}
