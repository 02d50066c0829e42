import { serving } from './serving.js';
import { firstWord, idsOf } from './words.js';

/** Most positions of a row; longer notes are cut. */
const longest = 16;

/**
 * Objective of the next word at each position of notes, by plain numbers, so that the app's own thread can
 * also train.
 */
export const plainNotes = {
  encode(texts) {
    const rows = texts.map(text => idsOf(text).slice(0, longest + 1)).filter(ids => ids.length > 1);
    return {
      size: rows.length,
      steps: longest,
      batch(chosen) {
        const of = Array.from(chosen, row => rows[row]);
        const length = Math.max(...of.map(ids => ids.length)) - 1;
        const filled = value => ({
          shape: [of.length, length],
          values: of.flatMap(ids => Array.from({ length }, (_, i) => value(ids, i))),
        });
        return {
          inputs: filled((ids, i) => (i + 1 < ids.length ? ids[i] : 0)),
          labels: filled((ids, i) => ids[i + 1] ?? 0),
          weights: filled((ids, i) => ((ids[i + 1] ?? 0) >= firstWord ? 1 : 0)),
        };
      },
    };
  },
  serving,
};

/** Objective of the same task by tensors. `engine` is `@murmuration/client-sdk/engine`. */
export const notes = ({ softmaxLoss, tf }) => ({
  encode(texts) {
    const { size, steps, batch } = plainNotes.encode(texts);
    const tensor = ({ values, shape }, dtype) => tf.tensor2d(values, shape, dtype);
    return {
      size,
      steps,
      batch(chosen) {
        const { inputs, labels, weights } = batch(chosen);
        return {
          inputs: tensor(inputs, 'int32'),
          labels: tensor(labels, 'int32'),
          weights: tensor(weights, 'float32'),
        };
      },
    };
  },
  loss: softmaxLoss,
  serving,
});
