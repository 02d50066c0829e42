import { describeModel, loadModel } from '@murmuration/engine/models/model';
import { readStoredModel, storeModel } from '@murmuration/engine/models/stored-weights';
import * as tf from '@murmuration/engine/tfjs/tf';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from '../numbers.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function small(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 3, kernelSize: 2, inputShape: [5, 4, 2], activation: 'relu' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3 }),
    ],
  });
  for (const [at, weight] of model.weights.entries()) {
    const shape = weight.shape as number[];
    weight.write(
      tf.tensor(
        numbers(
          shape.reduce((a, b) => a * b, 1),
          at + 1,
        ),
        shape,
      ),
    );
  }
  return model;
}

/** Parts of one matrix. */
function matrix(values: readonly number[]) {
  const weights = Float32Array.from(values);
  const layout = layoutOf([{ name: 'kernel', shape: [1, weights.length] }]);
  return { topology: {}, layout, weights };
}

describe('a model that is stored smaller', () => {
  it.each(['float32', 'float16', 'int8'] as const)(
    'is read by TensorFlow.js itself as we read it: %s',
    async as => {
      const parts = describeModel(small());
      const { json, name, weights } = storeModel(parts, as);
      const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(json));
      expect(weightsManifest[0].paths).toEqual([name]);
      const theirs = await tf.loadLayersModel(
        tf.io.fromMemory({
          modelTopology,
          weightSpecs: weightsManifest[0].weights,
          weightData: weights.slice().buffer,
        }),
      );
      const ours = await loadModel(readStoredModel(json, weights));
      for (const [at, weight] of theirs.weights.entries())
        expect(ours.weights[at]?.read().dataSync()).toEqual(weight.read().dataSync());
    },
  );

  it('takes a quarter and a half of the bytes, but for the vectors', () => {
    const parts = describeModel(small());
    const sizes = (['float32', 'float16', 'int8'] as const).map(as => storeModel(parts, as).weights.length);
    const vectors = 4 * (3 + 3);
    const matrices = 4 * parts.layout.count - vectors;
    expect(sizes).toEqual([4 * parts.layout.count, vectors + matrices / 2, vectors + matrices / 4]);
  });

  it('in int8 is at most half a step away, and zero stays zero', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -1e3, max: 1e3 }), { minLength: 1, maxLength: 40 }),
        values => {
          const parts = matrix([...values, 0]);
          const { json, weights } = storeModel(parts, 'int8');
          const read = readStoredModel(json, weights).weights;
          const step = (Math.max(0, ...values) - Math.min(0, ...values)) / 255;
          expect(read.at(-1)).toBe(0);
          // Where neither end is zero, the zero that is exact moves both ends by half a step at most.
          for (const [at, value] of values.entries())
            expect(Math.abs((read[at] ?? Number.NaN) - value)).toBeLessThanOrEqual(step * 1.01 + 1e-6);
        },
      ),
    );
  });

  it('in float32 is what it was, and the same model gives the same name', () => {
    const parts = describeModel(small());
    const stored = storeModel(parts, 'float32');
    expect(readStoredModel(stored.json, stored.weights)).toEqual(parts);
    expect(storeModel(parts, 'int8').name).toBe(storeModel(parts, 'int8').name);
    expect(storeModel(parts, 'int8').name).not.toBe(stored.name);
  });

  it('is refused where its files are not of one model', () => {
    const { json, weights } = storeModel(matrix([1, 2, 3]), 'int8');
    const corrupt = (text: string | Uint8Array, bytes: Uint8Array) => () =>
      readStoredModel(typeof text === 'string' ? new TextEncoder().encode(text) : text, bytes);
    const refused = { code: 'model.corrupt' };
    expect(corrupt(json, weights.subarray(1))).toThrow(expect.objectContaining(refused));
    expect(corrupt('{}', weights)).toThrow(expect.objectContaining(refused));
    expect(corrupt('nothing', weights)).toThrow(expect.objectContaining(refused));
    const other = new TextDecoder().decode(json).replace('"uint8"', '"uint4"');
    expect(corrupt(other, weights)).toThrow(expect.objectContaining(refused));
  });
});
