import type { Classifier } from './classifier.ts';
import { softmax } from './softmax.ts';

/**
 * Turns a classifier of `known` classes into one of `classes`: leaves out surplus classes, and gives missing
 * ones probability 0. Reads `unknown` in the place of a token that it lacks; without `unknown`, tokens pass
 * unchanged.
 */
export function resized(
  classifier: Classifier,
  known: number,
  classes: number,
  unknown: number | undefined,
): Classifier {
  const heard = (input: readonly number[]) =>
    unknown === undefined || known >= classes
      ? input
      : input.map(token => (token >= known && token < classes ? unknown : token));
  const fitted = (logits: Float32Array, firstClass: number | undefined) => {
    const values = new Float32Array(classes).fill(Number.NEGATIVE_INFINITY);
    values.set(logits.subarray(0, classes));
    return firstClass === undefined ? values : softmax(values, firstClass);
  };
  return {
    after: (input, firstClass) => fitted(classifier.after(heard(input)), firstClass),
    at: (input, positions, hear, firstClass) =>
      classifier.at(heard(input), positions, (index, logits) => hear(index, fitted(logits, firstClass))),
    forget: () => classifier.forget(),
    dispose: () => classifier.dispose(),
  };
}
