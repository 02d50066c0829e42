import * as tf from './tf.ts';

/**
 * Returns the result of `work`, and frees all tensors made in it. Numbers and arrays of them don't go through
 * `tf.tidy`, which looks for tensors in its result, element by element: for a batch of images this took
 * longer than a step.
 */
export function readTidily<Result>(work: () => Result): Result {
  let result: Result | undefined;
  tf.tidy(() => {
    result = work();
  });
  return result as Result;
}
