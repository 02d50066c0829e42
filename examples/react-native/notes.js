import { serving } from './serving.js';
import { firstWord, idsOf } from './words.js';

/** Positions of a row; what is longer is cut. */
const longest = 16;

/** Learns the next word at each position of notes. `engine` is `@murmuration/engine`. */
export const notes = ({ softmaxLoss, tf }) => ({
  encode(texts) {
    const rows = texts.map(text => idsOf(text).slice(0, longest + 1)).filter(ids => ids.length > 1);
    return {
      size: rows.length,
      steps: longest,
      batch(chosen) {
        const of = Array.from(chosen, row => rows[row]);
        const length = Math.max(...of.map(ids => ids.length)) - 1;
        const filled = value => of.map(ids => Array.from({ length }, (_, i) => value(ids, i)));
        return {
          inputs: tf.tensor2d(
            filled((ids, i) => (i + 1 < ids.length ? ids[i] : 0)),
            undefined,
            'int32',
          ),
          labels: tf.tensor2d(
            filled((ids, i) => ids[i + 1] ?? 0),
            undefined,
            'int32',
          ),
          weights: tf.tensor2d(filled((ids, i) => ((ids[i + 1] ?? 0) >= firstWord ? 1 : 0))),
        };
      },
    };
  },
  loss: softmaxLoss,
  serving,
});
