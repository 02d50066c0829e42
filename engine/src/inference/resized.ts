import type { Classifier } from './classifier.ts';
import { softmax } from './softmax.ts';

/**
 * A classifier of `known` classes as one of `classes`: those that it knows beyond these are left out, and those that it lacks are impossible. It hears
 * `unknown` in the place of a token that it lacks; without it, what it is given.
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
