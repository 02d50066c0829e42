import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel, loadModel, writeWeights } from '@murmuration/engine/models/model';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import type { Objective } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { beforeAll, expect, it } from 'vitest';
import { integers, numbers, relativeError } from '../numbers.ts';

beforeAll(async () => {
  await startBackend();
  await tf.setBackend('wasm');
});

interface Example {
  readonly pixels: Float32Array;
  readonly digit: number;
}

const examples: readonly Example[] = Array.from({ length: 24 }, (_, i) => ({
  pixels: numbers(64, i),
  digit: integers(1, i, 5)[0]!,
}));

const objective: Objective<Example> = {
  encode: examples => ({
    size: examples.length,
    batch(rows) {
      const chosen = Array.from(rows, row => examples[row]!);
      return {
        inputs: tf.tensor(Float32Array.from(chosen.flatMap(({ pixels }) => [...pixels])), [
          rows.length,
          8,
          8,
          1,
        ]),
        labels: tf.tensor1d(
          Int32Array.from(chosen, ({ digit }) => digit),
          'int32',
        ),
        weights: tf.ones([rows.length]),
      };
    },
  }),
  loss: softmaxLoss,
};

function files(): ModelFiles {
  const { conv2d, batchNormalization, activation, maxPooling2d, flatten, dense } = tf.layers;
  const model = tf.sequential({
    layers: [
      conv2d({ inputShape: [8, 8, 1], filters: 6, kernelSize: 3, padding: 'same' }),
      batchNormalization({ momentum: 0.9 }),
      activation({ activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 16, activation: 'relu' }),
      dense({ units: 5 }),
    ],
  });
  const { topology, layout, weights } = describeModel(model);
  model.dispose();
  const some = weights.map((value, i) => value + numbers(1, i, 0.1)[0]!);
  return { hash: encodeModel(topology, layout, some).hash, topology, layout, weights: some };
}

it('trains a convolutional model alike on both paths, and its update moves the moving statistics', async () => {
  const given = files();
  const settings = {
    epochs: 3,
    batchSize: 5,
    learningRate: 0.1,
    proximal: 0.1,
    gradientClip: 1,
    maxExamples: 100,
    seed: 1,
  };
  const train = async (engine: 'auto' | 'generic') => {
    const trainer = tfjsTrainer(objective, { engine });
    const result = await trainer.train(given, settings, examples, new AbortController().signal, () => {});
    await trainer.close?.();
    return result;
  };
  const [fused, generic] = [await train('auto'), await train('generic')];
  expect(fused.path).toEqual({ engine: 'fused', reason: 'the fused kernels know all layers and the loss' });
  expect(generic.path?.engine).toBe('generic');
  expect(fused.metrics.loss).toBeCloseTo(generic.metrics.loss!, 4);
  expect(relativeError(fused.delta, generic.delta)).toBeLessThan(1e-3);

  // In the layout, what no gradient moves stands behind all else.
  const names = given.layout.tensors.map(({ name }) => name);
  expect(names.slice(-2).map(name => name.split('/')[1])).toEqual(['moving_mean', 'moving_variance']);
  expect(fused.delta.slice(-12).every(change => change !== 0)).toBe(true);

  // The files of the next version are those of an ordinary tfjs model.
  const weights = given.weights.map((value, i) => value + fused.delta[i]!);
  const plain = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: given.topology,
      weightSpecs: given.layout.tensors.map(({ name, shape }) => ({
        name,
        shape: [...shape],
        dtype: 'float32',
      })),
      weightData: weights.slice().buffer,
    }),
  );
  const ours = await loadModel(given);
  writeWeights(ours, weights);
  const images = tf.tensor(numbers(128, 9), [2, 8, 8, 1]);
  const scores = (model: tf.LayersModel) => (model.predict(images) as tf.Tensor).dataSync();
  expect(scores(plain)).toEqual(scores(ours));
});
