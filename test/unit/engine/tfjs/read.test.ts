import { readTidily } from '@murmuration/engine/tfjs/read';
import * as tf from '@murmuration/engine/tfjs/tf';
import { expect, it } from 'vitest';

it('what is read of tensors stays, and their memory goes', () => {
  const before = tf.memory().numTensors;
  const values = readTidily(() => tf.tensor1d([1, 2]).mul(3).dataSync());
  expect([...values]).toEqual([3, 6]);
  expect(tf.memory().numTensors).toBe(before);
});

it('what is read is not looked through', () => {
  let looks = 0;
  const watched = Object.defineProperty(new Float32Array(2), 'watched', {
    enumerable: true,
    get: () => looks++,
  });
  expect(readTidily(() => ({ values: watched })).values).toBe(watched);
  expect(looks).toBe(0);
});

it('an error of the work is passed on, and its tensors are freed', () => {
  const before = tf.memory().numTensors;
  const fail = () =>
    readTidily(() => {
      tf.tensor1d([1]);
      throw new RangeError('No.');
    });
  expect(fail).toThrow('No.');
  expect(tf.memory().numTensors).toBe(before);
});
