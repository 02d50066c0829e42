import { fromBinary } from '@bufbuild/protobuf';
import { nextWordModel, smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { float16Of } from '@murmuration/engine/models/half';
import { loadOnnx } from '@murmuration/engine/onnx/run';
import { writeOnnx } from '@murmuration/engine/onnx/write';
import * as tf from '@murmuration/engine/tfjs/tf';
import { halfToNumber } from '@murmuration/protocol/tensors/half';
import { ModelProtoSchema } from 'onnx-buf';
import { beforeAll, describe, expect, it } from 'vitest';
import { integers } from '../numbers.ts';
import { difference } from './difference.ts';
import { cases, filesOf, inputsOf, onnxOutputs, randomise, tfjsOutputs } from './models.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const names = [
  'dense',
  'dense over steps',
  'conv1d same',
  'conv2d valid',
  'depthwise same',
  'separable valid',
  'embedding',
  'embedding and mean',
  'LSTM, each state',
  'GRU, last state',
  'simple RNN, each state',
  'tied output',
];

/** Sets each matrix to whole numbers times one scale, one of them the largest in each slice, so that int8 holds it exactly. */
function putOnGrid(model: tf.LayersModel): void {
  const values = model.weights.map(({ shape }, at) => {
    const sizes = shape as number[];
    const size = sizes.reduce((all, length) => all * length, 1);
    const steps = Float32Array.from(integers(size, at, 255), value => (value - 127) / 256);
    if (sizes.length < 2) return tf.tensor(steps, sizes);
    // Every row and every column has the largest number, whichever of them have the scales.
    const width = sizes.at(-1) ?? 1;
    return tf.tensor(
      steps.map((value, index) =>
        index % width === Math.floor(index / width) % width || index < width || index % width === 0
          ? 127 / 256
          : value,
      ),
      sizes,
    );
  });
  model.setWeights(values);
  tf.dispose(values);
}

describe('smaller weights', () => {
  it.each(names)('lose nothing where they hold the numbers exactly: %s', async name => {
    const given = cases.find(known => known.name === name);
    if (!given) throw new Error(`There is no case ${name}.`);
    const model = given.build();
    putOnGrid(model);
    const inputs = inputsOf(given, 5);
    const [expected = new Float32Array()] = tfjsOutputs(model, given.shapes, inputs);
    for (const weights of ['int8', 'float16'] as const) {
      const onnx = await loadOnnx((await writeOnnx(filesOf(model), { weights })).bytes);
      const [answer] = await onnxOutputs(onnx, given.shapes, inputs);
      expect(difference(answer?.data as Float32Array, expected)).toBeLessThan(1e-5);
      await onnx.close();
    }
    model.dispose();
  });

  it.each([
    ['float16', 2, 1e-2],
    ['int8', 4, 1e-1],
  ] as const)(
    'make the keyboard model smaller, and change its answers little: %s',
    async (weights, times, most) => {
      const model = randomise(nextWordModel(smallModel, 3), 1);
      const files = filesOf(model);
      const whole = await writeOnnx(files);
      const smaller = await writeOnnx(files, { weights });
      const size = (bytes: Uint8Array) =>
        (fromBinary(ModelProtoSchema, bytes).graph?.initializer ?? [])
          .filter(({ dims }) => dims.length > 1)
          .reduce((sum, { rawData }) => sum + (rawData?.length ?? 0), 0);
      // The bias of recurrent layers has two axes as well.
      expect(size(whole.bytes) / size(smaller.bytes)).toBeCloseTo(times, 1);
      const given = { shapes: [[2, 6]], ids: 2_000 };
      const inputs = inputsOf(given, 2);
      const [expected = new Float32Array()] = tfjsOutputs(model, given.shapes, inputs);
      const onnx = await loadOnnx(smaller.bytes);
      const [answer] = await onnxOutputs(onnx, given.shapes, inputs);
      const lost = difference(answer?.data as Float32Array, expected);
      expect(lost).toBeLessThan(most);
      expect(lost).toBeGreaterThan(0);
      await onnx.close();
    },
  );
});

describe('float16Of', () => {
  /** The number that 16 bits stand for, by the definition. */
  const numberOf = (bits: number) => {
    const sign = bits >> 15 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  };
  const finite = Array.from({ length: 0x7c_00 }, (_, bits) => bits);

  it('gives each number of binary16 back', () => {
    const both = [...finite, ...finite.map(bits => bits | 0x80_00)];
    expect([...float16Of(Float32Array.from(both, numberOf))]).toEqual(both);
  });

  it('rounds to the nearest, ties to even', () => {
    for (const bits of finite.slice(0, -1)) {
      const [low, high] = [numberOf(bits), numberOf(bits + 1)];
      const even = bits % 2 === 0 ? bits : bits + 1;
      const given = Float32Array.of((3 * low + high) / 4, (low + high) / 2, (low + 3 * high) / 4);
      expect([...float16Of(given)]).toEqual([bits, even, bits + 1]);
    }
  });

  it('keeps what is beyond its range at its largest number', () => {
    expect([...float16Of(Float32Array.of(1e9, -1e9, Infinity, 1e-9))]).toEqual([
      0x7b_ff, 0xfb_ff, 0x7b_ff, 0,
    ]);
  });

  it('keeps what is no number', () => {
    expect(halfToNumber(float16Of(Float32Array.of(Number.NaN))[0] ?? 0)).toBeNaN();
  });
});
