import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { pickedRows } from '@murmuration/serving/precompute/run/row-json';
import { expect, it } from 'vitest';

it('picks rows of numbers and of texts in the order asked', () => {
  const texts = ['a', 'b', 'c'].map(text => new TextEncoder().encode(text));
  const tensors: readonly Tensor[] = [
    { name: 'x', datatype: 'FP32', shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { name: 't', datatype: 'BYTES', shape: [3], data: texts },
  ];
  expect(pickedRows(tensors, [2, 0])).toEqual([
    { name: 'x', datatype: 'FP32', shape: [2, 2], data: Float32Array.of(5, 6, 1, 2) },
    { name: 't', datatype: 'BYTES', shape: [2], data: [texts[2], texts[0]] },
  ]);
});
