import * as tf from './tf.ts';

/**
 * What `work` reads of tensors, with the memory of all tensors that it makes freed. Numbers and arrays of them don't go through `tf.tidy`,
 * which looks for tensors to keep in what it returns, one element after another: of a batch of images this took longer than a step.
 */
export function readTidily<Result>(work: () => Result): Result {
  let result: Result | undefined;
  tf.tidy(() => {
    result = work();
  });
  return result as Result;
}
