import { startBackend } from '@murmuration/engine/backend/backend';
import { TiedDense } from '@murmuration/engine/layers/tied-dense';
import { sparseSoftmaxCrossEntropy } from '@murmuration/engine/objective/losses';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, describe, expect, it } from 'vitest';
import { integers, numbers, relativeError } from '../numbers.ts';

const WORDS = 17;
const BATCH = 4;
const LENGTH = 6;

/** A model with its loss over one fixed batch. */
interface Training {
  readonly variables: tf.Variable[];
  loss(): tf.Scalar;
  dispose(): void;
}

const { embedding, gru, lstm, dense, conv2d, depthwiseConv2d, maxPooling2d, averagePooling2d, flatten } =
  tf.layers;

/** Layers over sentences, with a loss at every position, or at the last one; word 0 fills short sentences. */
function sentences(layers: tf.layers.Layer[], everyPosition: boolean): Training {
  const words = tf.tensor2d(integers(BATCH * LENGTH, 1, WORDS), [BATCH, LENGTH], 'int32');
  const outer = everyPosition ? [BATCH, LENGTH] : [BATCH];
  const next = tf.tensor(integers(tf.util.sizeFromShape(outer), 2, WORDS), outer, 'int32');
  return training(layers, words, next);
}

/** Layers over pictures of two channels that end in one score for each of five classes. */
function pictures(layers: tf.layers.Layer[]): Training {
  const images = tf.tensor4d(numbers(BATCH * 9 * 8 * 2, 3), [BATCH, 9, 8, 2]);
  return training(layers, images, tf.tensor1d(integers(BATCH, 4, 5), 'int32'));
}

function training(layers: tf.layers.Layer[], inputs: tf.Tensor, labels: tf.Tensor): Training {
  const model = tf.sequential({ layers });
  const weights = model.getWeights().map((w, i) => tf.tensor(numbers(w.size, 10 + i, 0.4), w.shape));
  model.setWeights(weights);
  tf.dispose(weights);
  return {
    variables: model.trainableWeights.map(weight => weight.read() as tf.Variable),
    loss: () => sparseSoftmaxCrossEntropy(model.apply(inputs, { training: true }) as tf.Tensor, labels),
    dispose: () => {
      model.dispose();
      tf.dispose([inputs, labels]);
    },
  };
}

/** One block of causal self-attention with two heads, in tfjs operations. */
function attention(): Training {
  const width = 8;
  const heads = 2;
  const words = tf.tensor2d(integers(BATCH * LENGTH, 1, WORDS), [BATCH, LENGTH], 'int32');
  const next = tf.tensor2d(integers(BATCH * LENGTH, 2, WORDS), [BATCH, LENGTH], 'int32');
  const future = tf.tensor2d(
    Array.from({ length: LENGTH * LENGTH }, (_, i) => (i % LENGTH > Math.floor(i / LENGTH) ? -1e9 : 0)),
    [LENGTH, LENGTH],
  );
  const weight = (rows: number, columns: number, seed: number) =>
    tf.variable(tf.tensor2d(numbers(rows * columns, seed, 0.5), [rows, columns]));
  const table = weight(WORDS, width, 20);
  const [query, key, value] = [weight(width, width, 21), weight(width, width, 22), weight(width, width, 23)];
  const output = weight(width, WORDS, 24);
  const variables = [table, query, key, value, output];
  const split = (x: tf.Tensor, projection: tf.Tensor) =>
    tf
      .matMul(x.reshape([-1, width]), projection)
      .reshape([BATCH, LENGTH, heads, width / heads])
      .transpose([0, 2, 1, 3]);
  return {
    variables,
    loss: () => {
      const x = tf.gather(table, words);
      const scores = tf.matMul(split(x, query), split(x, key), false, true).div(Math.sqrt(width / heads));
      const mixed = tf.matMul(tf.softmax(scores.add(future)), split(x, value)).transpose([0, 2, 1, 3]);
      const logits = tf.matMul(mixed.reshape([-1, width]), output).reshape([BATCH, LENGTH, WORDS]);
      return sparseSoftmaxCrossEntropy(logits, next);
    },
    dispose: () => tf.dispose([words, next, future, ...variables]),
  };
}

const models: Record<string, () => Training> = {
  'embedding and dense, the last word alone': () =>
    sentences(
      [embedding({ inputDim: WORDS, outputDim: 5, inputLength: LENGTH }), flatten(), dense({ units: WORDS })],
      false,
    ),
  'embedding and GRU': () =>
    sentences(
      [
        embedding({ inputDim: WORDS, outputDim: 5, inputLength: LENGTH }),
        gru({ units: 7, returnSequences: true, recurrentInitializer: 'glorotUniform' }),
        dense({ units: WORDS }),
      ],
      true,
    ),
  'embedding with a mask, and GRU, the last state alone': () =>
    sentences(
      [
        embedding({ inputDim: WORDS, outputDim: 5, inputLength: LENGTH, maskZero: true }),
        gru({ units: 7, recurrentInitializer: 'glorotUniform' }),
        dense({ units: WORDS }),
      ],
      false,
    ),
  'embedding and LSTM': () =>
    sentences(
      [
        embedding({ inputDim: WORDS, outputDim: 5, inputLength: LENGTH }),
        lstm({ units: 7, returnSequences: true, recurrentInitializer: 'glorotUniform' }),
        dense({ units: WORDS }),
      ],
      true,
    ),
  'embedding with a mask, GRU, and an output tied to the embedding': () =>
    sentences(
      [
        embedding({ inputDim: WORDS, outputDim: 5, inputLength: LENGTH, maskZero: true }),
        gru({ units: 5, returnSequences: true, recurrentInitializer: 'glorotUniform' }),
        new TiedDense({ units: WORDS }),
      ],
      true,
    ),
  'Conv2D with pooling': () =>
    pictures([
      conv2d({ inputShape: [9, 8, 2], filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 3, kernelSize: [2, 3], activation: 'tanh' }),
      flatten(),
      dense({ units: 5 }),
    ]),
  'Conv2D with strides': () =>
    pictures([
      conv2d({
        inputShape: [9, 8, 2],
        filters: 4,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        activation: 'relu',
      }),
      flatten(),
      dense({ units: 5 }),
    ]),
  'depthwise Conv2D': () =>
    pictures([
      depthwiseConv2d({ inputShape: [9, 8, 2], kernelSize: 3, depthMultiplier: 2, activation: 'tanh' }),
      averagePooling2d({ poolSize: 2 }),
      depthwiseConv2d({ kernelSize: 2, padding: 'same', strides: 2 }),
      flatten(),
      dense({ units: 5 }),
    ]),
  'self-attention with two heads': attention,
};

/** Losses of three SGD steps, then the weights, then the gradients where the steps have led. */
async function threeSteps(
  backend: string,
  build: () => Training,
): Promise<{ losses: number[]; tensors: Float32Array[] }> {
  await tf.setBackend(backend);
  const { variables, loss, dispose } = build();
  const optimizer = tf.train.sgd(0.1);
  const losses = Array.from({ length: 3 }, () => {
    const value = optimizer.minimize(loss, true, variables)!;
    const number = value.arraySync();
    value.dispose();
    return number;
  });
  const { value, grads } = tf.variableGrads(loss, variables);
  const tensors = [...variables, ...variables.map(variable => grads[variable.name]!)];
  const values = tensors.map(tensor => tensor.dataSync().slice() as Float32Array);
  tf.dispose([value, grads]);
  dispose();
  return { losses, tensors: values };
}

beforeAll(async () => {
  await startBackend();
});

describe('training on WebAssembly agrees with the CPU backend after three steps', () => {
  it.each(Object.entries(models))('%s', async (_, build) => {
    const expected = await threeSteps('cpu', build);
    const actual = await threeSteps('wasm', build);
    expect(expected.losses[2]).toBeLessThan(expected.losses[0]!);
    expect(relativeError(actual.losses, expected.losses)).toBeLessThan(1e-4);
    for (const [i, tensor] of expected.tensors.entries()) {
      expect(Math.max(...tensor.map(Math.abs))).toBeGreaterThan(0);
      expect(relativeError(actual.tensors[i]!, tensor)).toBeLessThan(1e-4);
    }
  });
});

describe('memory', () => {
  it.each(Object.entries(models))('does not grow over 60 steps: %s', async (_, build) => {
    await tf.setBackend('wasm');
    const { variables, loss, dispose } = build();
    const optimizer = tf.train.sgd(0.01);
    const step = () => optimizer.minimize(loss, false, variables);
    step();
    const { numTensors, numBytes } = tf.memory();
    const dataIds = tf.backend().numDataIds();
    for (let i = 0; i < 60; i++) step();
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    expect(tf.backend().numDataIds()).toBe(dataIds);
    dispose();
  });
});
