import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel, type ModelParts } from '@murmuration/engine/models/model';
import { loadLayers } from '@murmuration/engine/runtime/layers-model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, small } from '../fused/models.ts';
import { integers, numbers, relativeError } from '../numbers.ts';

beforeAll(async () => {
  await startBackend();
});

/** The parts of a model whose weights follow from `seed`, and what tfjs answers to `ids`. */
function parts(seed: number): { readonly parts: ModelParts; readonly expected: Float32Array } {
  const model = build(small);
  const { topology, layout, weights } = describeModel(model);
  weights.set(numbers(weights.length, seed).map(value => value / 4));
  let at = 0;
  model.setWeights(
    layout.tensors.map(({ shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      at += size;
      return tf.tensor(weights.slice(at - size, at), [...shape]);
    }),
  );
  const expected = tf.tidy(() =>
    (model.predict(tf.tensor2d([[...ids]], undefined, 'int32')) as tf.Tensor).dataSync(),
  );
  model.dispose();
  // As they come from files.
  return {
    parts: { topology: JSON.parse(JSON.stringify(topology)), layout, weights },
    expected: expected.slice() as Float32Array,
  };
}

const ids = integers(5, small.words, 1);
const input = [{ name: 'ids', datatype: 'INT32' as const, shape: [1, 5], data: Int32Array.from(ids) }];

async function answers(given: ModelParts): Promise<Float32Array> {
  const model = await loadLayers(given);
  const [answer] = await model.run(input);
  await model.close();
  return answer!.data as Float32Array;
}

describe('a layers model that is loaded', () => {
  it('answers with its own weights, however many of its shape came before', async () => {
    for (const seed of [1, 2, 3, 1]) {
      const { parts: given, expected } = parts(seed);
      expect(relativeError(await answers(given), expected)).toBeLessThan(1e-4);
    }
    const [one, other] = [parts(1), parts(2)];
    const both = await Promise.all([loadLayers(one.parts), loadLayers(other.parts)]);
    for (const [model, { expected }] of [
      [both[0], one],
      [both[1], other],
    ] as const)
      expect(relativeError((await model.run(input))[0]!.data as Float32Array, expected)).toBeLessThan(1e-4);
    await Promise.all(both.map(model => model.close()));
  });

  it.each([
    ['one after the other', (layers: tf.layers.Layer[]) => tf.sequential({ layers })],
    [
      'of a graph',
      (layers: tf.layers.Layer[]) => {
        const inputs = tf.input({ shape: [2], name: 'first_input' });
        return tf.model({ inputs, outputs: layers.reduce((x, layer) => layer.apply(x) as typeof x, inputs) });
      },
    ],
  ])('calls its tensors by their layers, which are %s', async (_, model) => {
    const made = model([
      tf.layers.dense({ units: 3, inputShape: [2], name: 'first' }),
      tf.layers.dense({ units: 1, name: 'price' }),
    ]);
    const { topology, layout, weights } = describeModel(made);
    made.dispose();
    const loaded = await loadLayers({ topology: JSON.parse(JSON.stringify(topology)), layout, weights });
    expect(loaded.inputs).toMatchObject([{ name: 'first_input', shape: [-1, 2] }]);
    expect(loaded.outputs).toMatchObject([{ name: 'price', shape: [-1, 1] }]);
    await loaded.close();
  });

  it('is read by the names of its weights, whatever their order', async () => {
    const { parts: given, expected } = parts(4);
    const { tensors } = given.layout;
    const chunks: Float32Array[] = [];
    let at = 0;
    for (const { shape } of tensors) {
      const size = shape.reduce((a, b) => a * b, 1);
      chunks.push(given.weights.subarray(at, at + size));
      at += size;
    }
    const weights = Float32Array.from(chunks.toReversed().flatMap(chunk => [...chunk]));
    const turned = { ...given, layout: layoutOf(tensors.toReversed()), weights };
    for (let time = 0; time < 2; time++)
      expect(relativeError(await answers(turned), expected)).toBeLessThan(1e-4);
    expect(relativeError(await answers(given), expected)).toBeLessThan(1e-4);
  });

  it('answers no more once it is closed, since its memory may be another’s', async () => {
    const { parts: given, expected } = parts(5);
    const closed = await loadLayers(given);
    await closed.close();
    await closed.close();
    const next = await loadLayers(given);
    await expect(closed.run(input)).rejects.toThrow(/closed/);
    expect(relativeError((await next.run(input))[0]!.data as Float32Array, expected)).toBeLessThan(1e-4);
    await next.close();
  });

  it('takes little more than its weights where all of them are packed, and answers as TensorFlow.js does', async () => {
    const x = tf.input({ shape: [96], name: 'x' });
    const dense = (units: number) =>
      tf.layers.dense({
        units,
        activation: 'relu',
        kernelInitializer: tf.initializers.glorotUniform({ seed: units }),
      });
    const model = tf.model({ inputs: x, outputs: dense(40).apply(dense(320).apply(x)) as tf.SymbolicTensor });
    const loaded = await loadLayers(describeModel(model));
    expect(loaded.bytes).toBeLessThan(4 * model.countParams() + 80_000);
    const values = Float32Array.from(numbers(70 * 96, 5));
    const [answer] = await loaded.run([{ name: 'x', datatype: 'FP32', shape: [70, 96], data: values }]);
    const expected = tf.tidy(() => (model.predict(tf.tensor2d(values, [70, 96])) as tf.Tensor).dataSync());
    expect(relativeError(answer!.data as Float32Array, expected as Float32Array)).toBeLessThan(1e-4);
    await loaded.close();
    model.dispose();
  });
});
