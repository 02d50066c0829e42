import { classes, firstWord, idsOf } from './words.js';

/** Words before the caret that a suggestion takes into account. */
const context = 16;

/**
 * Serving of the model: the word after a note so far. It needs no TensorFlow.js, so that the app's own thread
 * can use it.
 */
export const serving = {
  classes,
  firstClass: firstWord,
  input(note) {
    if (typeof note !== 'string') throw new RangeError('The model is asked with the note so far.');
    return idsOf(note).slice(-context);
  },
  questions(note) {
    const ids = idsOf(note);
    return {
      input: ids.slice(0, -1),
      targets: ids.slice(1).flatMap((id, position) => (id >= firstWord ? { position, class: id } : [])),
    };
  },
};
