import { loadOnnx } from '@murmuration/engine/onnx/run';
import { writeOnnx } from '@murmuration/engine/onnx/write';
import * as tf from '@murmuration/engine/tfjs/tf';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { beforeAll, expect, it } from 'vitest';
import { numbers } from '../numbers.ts';
import { difference } from './difference.ts';
import { filesOf } from './models.ts';

const [inputs, units, steps] = [3, 4, 5];

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** A model as Keras saves it, whose GRU applies its reset gate behind the product with the state: tfjs can't build it. */
function kerasModel(): ModelFiles {
  const files = filesOf(
    tf.sequential({
      layers: [
        tf.layers.gru({ name: 'memory', units, inputShape: [steps, inputs], recurrentActivation: 'sigmoid' }),
        tf.layers.dense({ name: 'last', units: 2 }),
      ],
    }),
  );
  const topology = JSON.parse(
    JSON.stringify(files.topology).replace('"reset_after":false', '"reset_after":true'),
  ) as object;
  const layout = layoutOf(
    files.layout.tensors.map(tensor =>
      tensor.shape.length === 1 && tensor.name.includes('memory')
        ? { ...tensor, shape: [2, 3 * units] }
        : tensor,
    ),
  );
  return { ...files, topology, layout, weights: numbers(layout.count, 9, 0.7) };
}

/** Cho et al. 2014 as Keras has it since version 2, one number at a time. */
function slowAnswer({ weights }: ModelFiles, x: Float32Array): number[] {
  let at = 0;
  const take = (rows: number, columns: number) => {
    const matrix = Array.from({ length: rows }, (_, row) =>
      weights.subarray(at + row * columns, at + (row + 1) * columns),
    );
    at += rows * columns;
    return matrix;
  };
  const [kernel, recurrent, [ofInputs, ofStates] = [], dense, [bias] = []] = [
    take(inputs, 3 * units),
    take(units, 3 * units),
    take(2, 3 * units),
    take(units, 2),
    take(1, 2),
  ];
  const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
  const times = (row: ArrayLike<number>, matrix: readonly Float32Array[], column: number) =>
    matrix.reduce((sum, values, index) => sum + (row[index] ?? 0) * (values[column] ?? 0), 0);
  let state = Array.from({ length: units }, () => 0);
  for (let step = 0; step < steps; step++) {
    const row = x.subarray(step * inputs, (step + 1) * inputs);
    const given = (column: number) => times(row, kernel, column) + (ofInputs?.[column] ?? 0);
    const own = (column: number) => times(state, recurrent, column) + (ofStates?.[column] ?? 0);
    state = state.map((before, unit) => {
      const update = sigmoid(given(unit) + own(unit));
      const reset = sigmoid(given(units + unit) + own(units + unit));
      const candidate = Math.tanh(given(2 * units + unit) + reset * own(2 * units + unit));
      return update * before + (1 - update) * candidate;
    });
  }
  return [0, 1].map(column => times(state, dense, column) + (bias?.[column] ?? 0));
}

it('writes a GRU with reset_after, which tfjs refuses, as Keras computes it', async () => {
  const files = kerasModel();
  const onnx = await loadOnnx((await writeOnnx(files)).bytes);
  const x = numbers(steps * inputs, 4, 2);
  const [spec] = onnx.inputs;
  const [answer] = await onnx.run([
    { name: spec?.name ?? '', datatype: 'FP32', shape: [1, steps, inputs], data: x },
  ]);
  expect(difference(answer?.data as Float32Array, slowAnswer(files, x))).toBeLessThan(1e-5);
  await onnx.close();
});
