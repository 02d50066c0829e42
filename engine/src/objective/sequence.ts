import { readerOf, type SequenceOptions, sequenceServing } from '../inference/sequence-serving.ts';
import * as tf from '../tfjs/tf.ts';
import { softmaxLoss } from './losses.ts';
import { named } from './named-example.ts';
import type { ServedObjective } from './objective.ts';

/**
 * Objective of a model that predicts the next token at every position. It takes integers `[batch, time]`,
 * ends in as many logits or probabilities as there are tokens, and is trained by cross-entropy. With
 * `serving`, an app asks with an example, and the answer predicts its next token. Training throws `data.row`
 * for an example with a token out of range; the detail names its position.
 *
 * @throws RangeError for fewer than two tokens, or a length below 2
 */
export function sequence<Example>({
  tokens,
  encode,
  length = 32,
}: SequenceOptions<Example>): ServedObjective<Example> {
  if (!Number.isInteger(length) || length < 2)
    throw new RangeError(`"length" is a whole number from 2, not ${length}.`);
  const read = readerOf({ tokens, encode });
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
    serving: sequenceServing({ tokens, encode }),
  };
}

/**
 * Splits an example into parts of `length` tokens; the last token of each is the first of the next, so that
 * none is left unlearned.
 */
function partsOf(tokens: readonly number[], length: number): (readonly number[])[] {
  const parts: (readonly number[])[] = [];
  for (let at = 0; at + 1 < tokens.length; at += length - 1) parts.push(tokens.slice(at, at + length));
  return parts;
}

/** Stacks rows into a batch; pads shorter ones with token 0 and weight 0. */
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
