import { fileURLToPath } from 'node:url';
import { largeModel, nextWordModel, smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { loadOnnx } from '@murmuration/engine/onnx/run';
import { writeOnnx } from '@murmuration/engine/onnx/write';
import * as tf from '@murmuration/engine/tfjs/tf';
import { convolutionalNetwork, twoLayerPerceptron } from '@murmuration/simulations/digits/models';
import { beforeAll, describe, expect, it } from 'vitest';
import { difference } from './difference.ts';
import { type Case, cases, filesOf, inputsOf, onnxOutputs, randomise, tfjsOutputs } from './models.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Compares what both make of seeded inputs. */
async function expectSameAnswers(model: tf.LayersModel, given: Pick<Case, 'shapes' | 'ids'>): Promise<void> {
  const { shapes } = given;
  const { bytes } = await writeOnnx(filesOf(model));
  const onnx = await loadOnnx(bytes);
  const inputs = inputsOf(given, 3);
  const expected = tfjsOutputs(model, shapes, inputs);
  const answers = await onnxOutputs(onnx, shapes, inputs);
  expect(onnx.inputs.map(({ name }) => name)).toEqual(
    model.inputs.map(({ sourceLayer }) => sourceLayer.name),
  );
  expect(answers).toHaveLength(expected.length);
  for (const [at, values] of expected.entries()) {
    expect(values.some(value => value !== 0)).toBe(true);
    expect(difference(answers[at]?.data as Float32Array, values)).toBeLessThan(1e-5);
  }
  await onnx.close();
  model.dispose();
}

describe('a model as ONNX answers as tfjs does, within 1e-5', () => {
  it.each(cases)('$name', given => expectSameAnswers(randomise(given.build(), 7), given));

  it.each([
    ['of the keyboard', nextWordModel(smallModel, 1), { shapes: [[2, 6]], ids: 2_000 }],
    [
      'of the keyboard, large and tied',
      nextWordModel({ ...largeModel, tied: true, dropout: 0.3 }, 2),
      { shapes: [[2, 6]], ids: 10_000 },
    ],
    ['of digits, dense', twoLayerPerceptron(1), { shapes: [[3, 28, 28, 1]] }],
    ['of digits, convolutional', convolutionalNetwork(1), { shapes: [[3, 28, 28, 1]] }],
  ] as const)('%s', (_, model, given) => expectSameAnswers(model, given));

  it('whole, where its body is frozen', async () => {
    const build = () =>
      tf.sequential({
        layers: [
          tf.layers.dense({ units: 4, inputShape: [3], activation: 'tanh', name: 'body' }),
          tf.layers.batchNormalization({ name: 'norm' }),
          tf.layers.dense({ units: 2, name: 'head' }),
        ],
      });
    const model = randomise(build(), 7);
    for (const layer of model.layers.slice(0, -1)) layer.trainable = false;
    await expectSameAnswers(model, { shapes: [[5, 3]] });
  });

  it('of a table, as a template trains it', async () => {
    const file = fileURLToPath(
      new URL('../../../../coordinator/cli/templates/sensors/model.js', import.meta.url),
    );
    const { model } = await import(/* @vite-ignore */ file);
    await expectSameAnswers(randomise(model(), 1), { shapes: [[40, 4]] });
  });
});
