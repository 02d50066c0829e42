import { softmaxLoss } from '@murmuration/engine/objective/losses';
import type { Batchable, Objective } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { forgetting, type Goldfish } from './goldfish.ts';
import { labelWeight, packRows, type TokenRow } from './pack.ts';
import { keyboardServing } from './serving.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * Objective of the next word at every position of the messages. An example is one message.
 *
 * @param rowLength tokens in a row of a batch: a longer message is cut, and its parts are learned without the
 * text before them.
 * @param goldfish words that are never learned; none by default. Throws `RangeError` for settings out of
 * range.
 */
export function nextWord(vocabulary: Vocabulary, rowLength = 10, goldfish?: Goldfish): Objective<string> {
  const forgets = goldfish && forgetting(goldfish);
  return {
    encode(messages): Batchable {
      const rows = packRows(messages, vocabulary, rowLength, forgets);
      return {
        size: rows.length,
        steps: rowLength,
        batch: chosen => batchOf(Array.from(chosen, row => rows[row]!)),
      };
    },
    loss: softmaxLoss,
    serving: keyboardServing(vocabulary),
  };
}

/** Stacks rows into a batch; pads shorter ones with id 0 and weight 0. */
function batchOf(rows: readonly TokenRow[]) {
  const length = Math.max(...rows.map(({ inputs }) => inputs.length));
  const shape: [number, number] = [rows.length, length];
  const inputs = new Int32Array(rows.length * length);
  const labels = new Int32Array(rows.length * length);
  const weights = new Float32Array(rows.length * length);
  for (const [i, row] of rows.entries()) {
    inputs.set(row.inputs, i * length);
    labels.set(row.labels, i * length);
    weights.set(row.labels.map(labelWeight), i * length);
  }
  return {
    inputs: tf.tensor2d(inputs, shape, 'int32'),
    labels: tf.tensor2d(labels, shape, 'int32'),
    weights: tf.tensor2d(weights, shape),
  };
}
