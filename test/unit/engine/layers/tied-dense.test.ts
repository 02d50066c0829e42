import { registerLayers } from '@murmuration/engine/layers/register';
import { TiedDense } from '@murmuration/engine/layers/tied-dense';
import { describeModel, loadModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, type Shape, small } from '../fused/models.ts';
import { relativeError } from '../numbers.ts';

const shape: Shape = { ...small, maskZero: true, tied: true, seed: 2 };
const ids = () =>
  tf.tensor2d(
    [
      [3, 7, 0],
      [1, 22, 4],
    ],
    undefined,
    'int32',
  );

function logitsOf(model: tf.LayersModel): Float32Array {
  return tf.tidy(() => (model.predict(ids()) as tf.Tensor).dataSync() as Float32Array);
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('TiedDense', () => {
  it('makes logits of the embedding itself, and has no kernel of its own', () => {
    const model = build(shape);
    const table = model.getWeights()[0]!;
    const bias = model.getWeights().at(-1)!;
    const before = tf.model({
      inputs: model.inputs,
      outputs: model.layers.at(-2)!.output as tf.SymbolicTensor,
    });
    const hidden = (before.predict(ids()) as tf.Tensor).reshape([6, small.embedding]);
    const expected = hidden.matMul(table, false, true).add(bias).dataSync();
    expect(relativeError(logitsOf(model), expected)).toBeLessThan(1e-6);
    expect(model.layers.at(-1)!.weights.map(({ shape }) => shape)).toEqual([[small.words]]);
  });

  it.each([0, 1])(
    'survives the files of a model, in functional and sequential models alike (%s)',
    async seed => {
      const functional = build({ ...shape, seed });
      const sequential = tf.sequential({
        layers: [
          tf.layers.embedding({ inputDim: 23, outputDim: 6, inputLength: 3 }),
          tf.layers.dense({ units: 6, activation: 'tanh' }),
          new TiedDense({ units: 23, name: 'Word_outputs' }),
        ],
      });
      for (const model of [functional, sequential]) {
        const { topology, layout, weights } = describeModel(model);
        const text = JSON.parse(JSON.stringify(topology)) as object;
        const loaded = await loadModel({ topology: text, layout, weights });
        expect(logitsOf(loaded)).toEqual(logitsOf(model));
        expect(describeModel(loaded).layout).toEqual(layout);
      }
    },
  );

  it('loads by tfjs alone once its class is registered', async () => {
    registerLayers();
    const model = build(shape);
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async artifacts => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
    expect(logitsOf(loaded)).toEqual(logitsOf(model));
  });

  it('learns as an output with the transposed table does, where both uses add up', () => {
    const model = build(shape);
    const output = model.layers.at(-1)!;
    const table = model.weights[0]!.read() as tf.Variable;
    const before = tf.model({
      inputs: model.inputs,
      outputs: model.layers.at(-2)!.output as tf.SymbolicTensor,
    });
    const square = (logits: tf.Tensor) => logits.square().mean() as tf.Scalar;
    const whole = tf.variableGrads(() => square(model.apply(ids()) as tf.Tensor), [table]).grads[table.name]!;
    const bias = output.weights[0]!.read();
    const lookup = (copy: tf.Tensor) =>
      tf.variableGrads(() => {
        const hidden = (before.apply(ids()) as tf.Tensor).reshape([6, small.embedding]);
        return square(hidden.matMul(copy, false, true).add(bias));
      }, [table]).grads[table.name]!;
    const hidden = (before.predict(ids()) as tf.Tensor).reshape([6, small.embedding]);
    const product = tf.grad(copy => square(hidden.matMul(copy, false, true).add(bias)))(table);
    const expected = lookup(table.clone().mul(1)).add(product);
    expect(relativeError(whole.dataSync(), expected.dataSync())).toBeLessThan(1e-5);
  });

  it('says what it lacks where no embedding comes before, or one that does not fit', () => {
    const apply = (...layers: tf.layers.Layer[]) => {
      const model = tf.sequential({ layers });
      return () => model.predict(tf.ones([1, 4]));
    };
    const output = () => new TiedDense({ units: 9, name: 'tied' });
    expect(apply(tf.layers.dense({ inputShape: [4], units: 4 }), output())).toThrow(
      'The layer tied needs an embedding of 9 × 4 before it, but there is none.',
    );
    expect(apply(tf.layers.embedding({ inputDim: 8, outputDim: 4, inputLength: 4 }), output())).toThrow(
      'The layer tied needs an embedding of 9 × 4 before it, but there is one of 8 × 4.',
    );
  });
});
