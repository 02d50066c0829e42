import type { LoadedModel } from '@murmuration/engine/inference/loaded-model';
import { TiedDense } from '@murmuration/engine/layers/tied-dense';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { Tensor } from '@murmuration/protocol/tensors/tensor';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { integers, numbers } from '../numbers.ts';

/** A model, what it is given, and the nodes of ONNX that it must or must not become. */
export interface Case {
  readonly name: string;
  readonly build: () => tf.LayersModel;
  /** Shapes of the inputs, that of the batch included. */
  readonly shapes: readonly (readonly number[])[];
  /** Ids below this number in place of values. */
  readonly ids?: number;
}

type Layers = readonly tf.layers.Layer[];

/** Layers behind one another over an input `[batch, …]`. */
function chain(name: string, [batch, ...row]: readonly number[], layers: () => Layers): Case {
  return {
    name,
    shapes: [[batch ?? 1, ...row]],
    build() {
      const input = tf.input({ shape: [...row] });
      const output = layers().reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
      const model = tf.model({ inputs: input, outputs: output });
      if (model.weights.length > 0) return model;
      // The files of a model have at least one weight.
      return tf.model({ inputs: input, outputs: l.prelu({}).apply(output) as tf.SymbolicTensor });
    },
  };
}

/** Over ids `[batch, length]` of any length. */
function overIds(name: string, layers: () => Layers): Case {
  return {
    name,
    shapes: [[3, 5]],
    ids: 11,
    build() {
      const input = tf.input({ shape: [null], dtype: 'int32', name: 'ids' });
      const output = layers().reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
      return tf.model({ inputs: input, outputs: output });
    },
  };
}

const image = [2, 7, 6, 3] as const;
const steps = [2, 9, 4] as const;
const { layers: l } = tf;
const embedding = () => l.embedding({ inputDim: 11, outputDim: 6 });
const activationsOfTfjs = [
  'linear', 'relu', 'relu6', 'elu', 'selu', 'sigmoid', 'hardSigmoid', 'softplus', 'softsign', 'tanh',
  'softmax', 'logSoftmax', 'swish', 'mish', 'gelu',
] as const; // biome-ignore format: a list

export const cases: readonly Case[] = [
  chain('dense', [3, 5], () => [l.dense({ units: 4 })]),
  chain('dense without bias', [3, 5], () => [l.dense({ units: 4, useBias: false, activation: 'tanh' })]),
  chain('dense over steps', [2, 9, 4], () => [l.dense({ units: 3, activation: 'relu' })]),
  chain('dense over images', image, () => [l.dense({ units: 4 })]),
  ...activationsOfTfjs.map(activation =>
    chain(`activation ${activation}`, [3, 5], () => [
      l.dense({ units: 4, activation: activation as 'relu' }),
    ]),
  ),
  chain('activations behind a convolution', image, () => [
    l.conv2d({ filters: 4, kernelSize: 3 }),
    l.activation({ activation: 'softmax' }),
    l.leakyReLU({ alpha: 0.2 }),
    l.elu({ alpha: 1 }),
    l.softmax({ axis: -1 }),
  ]),
  chain('ReLU', image, () => [l.reLU({}), l.reLU({ maxValue: 0.5 })]),
  chain('thresholded ReLU', [3, 5], () => [l.thresholdedReLU({ theta: 0.3 })]),
  chain('PReLU', image, () => [l.prelu({})]),
  chain('PReLU with shared axes', image, () => [
    l.conv2d({ filters: 4, kernelSize: 2 }),
    l.prelu({ sharedAxes: [1, 2] }),
  ]),
  ...(['valid', 'same'] as const).flatMap(padding => [
    chain(`conv1d ${padding}`, steps, () => [
      l.conv1d({ filters: 5, kernelSize: 3, padding, activation: 'relu' }),
    ]),
    chain(`conv1d ${padding}, strides`, steps, () => [
      l.conv1d({ filters: 5, kernelSize: 4, strides: 2, padding }),
    ]),
    chain(`conv2d ${padding}`, image, () => [l.conv2d({ filters: 4, kernelSize: [3, 2], padding })]),
    chain(`conv2d ${padding}, strides`, image, () => [
      l.conv2d({ filters: 4, kernelSize: 4, strides: [2, 3], padding, useBias: false }),
    ]),
    chain(`conv2d ${padding}, dilated`, image, () => [
      l.conv2d({ filters: 4, kernelSize: 2, dilationRate: 2, padding }),
    ]),
    chain(`depthwise ${padding}`, image, () => [
      l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding }),
    ]),
    chain(`depthwise ${padding}, strides`, image, () => [
      l.depthwiseConv2d({ kernelSize: 3, strides: 2, padding, activation: 'relu6' }),
    ]),
    chain(`separable ${padding}`, image, () => [l.separableConv2d({ filters: 5, kernelSize: 3, padding })]),
    chain(`max pooling 1d ${padding}`, steps, () => [l.maxPooling1d({ poolSize: 2, padding })]),
    chain(`average pooling 1d ${padding}`, steps, () => [
      l.averagePooling1d({ poolSize: 3, strides: 2, padding }),
    ]),
    chain(`max pooling 2d ${padding}`, image, () => [l.maxPooling2d({ poolSize: 2, padding })]),
    chain(`average pooling 2d ${padding}`, image, () => [
      l.averagePooling2d({ poolSize: [3, 2], strides: [2, 2], padding }),
    ]),
  ]),
  {
    name: 'conv1d over any length, strides',
    shapes: [[2, 9, 4]],
    build: () =>
      tf.sequential({
        layers: [
          l.conv1d({
            inputShape: [null as unknown as number, 4],
            filters: 5,
            kernelSize: 4,
            strides: 2,
            padding: 'same',
          }),
          l.conv1d({ filters: 5, kernelSize: 3, padding: 'same' }),
          l.globalMaxPooling1d({}),
        ],
      }),
  },
  chain('global pooling 1d', steps, () => [
    l.conv1d({ filters: 5, kernelSize: 3 }),
    l.globalAveragePooling1d({}),
  ]),
  chain('global max pooling 1d', steps, () => [l.globalMaxPooling1d({})]),
  chain('global pooling 2d', image, () => [
    l.conv2d({ filters: 4, kernelSize: 3 }),
    l.globalAveragePooling2d({}),
  ]),
  chain('global max pooling 2d', image, () => [l.globalMaxPooling2d({ dataFormat: 'channelsLast' })]),
  chain('zero padding', image, () => [
    l.zeroPadding2d({
      padding: [
        [1, 2],
        [0, 3],
      ],
    }),
    l.conv2d({ filters: 2, kernelSize: 2 }),
  ]),
  chain('batch normalisation', [3, 5], () => [l.batchNormalization({ epsilon: 0.01 })]),
  chain('batch normalisation without scale or centre', image, () => [
    l.batchNormalization({ scale: false, center: false }),
  ]),
  chain('batch normalisation behind an activation', image, () => [
    l.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }),
    l.batchNormalization({}),
  ]),
  chain('batch normalisation behind dense', [3, 5], () => [
    l.dense({ units: 4 }),
    l.batchNormalization({}),
    l.activation({ activation: 'relu' }),
  ]),
  chain('batch normalisation behind conv1d', steps, () => [
    l.conv1d({ filters: 5, kernelSize: 3 }),
    l.batchNormalization({}),
  ]),
  chain('batch normalisation behind conv2d', image, () => [
    l.conv2d({ filters: 4, kernelSize: 3, useBias: false }),
    l.batchNormalization({ scale: false }),
  ]),
  chain('batch normalisation behind depthwise', image, () => [
    l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }),
    l.batchNormalization({ center: false }),
  ]),
  chain('batch normalisation behind separable', image, () => [
    l.separableConv2d({ filters: 5, kernelSize: 3 }),
    l.batchNormalization({}),
  ]),
  chain('layer normalisation', steps, () => [l.layerNormalization({})]),
  // What is left of one value is its shift.
  chain('layer normalisation of one value', [4, 1], () => [l.layerNormalization({})]),
  chain('layer normalisation of one value, not shifted', [4, 1], () => [
    l.layerNormalization({ center: false, epsilon: 0.01 }),
    l.dense({ units: 2 }),
  ]),
  chain('layer normalisation without scale or centre', steps, () => [
    l.layerNormalization({ scale: false, center: false, epsilon: 0.01 }),
  ]),
  chain('dropout', steps, () => [
    l.dropout({ rate: 0.5 }),
    l.gaussianNoise({ stddev: 1 }),
    l.gaussianDropout({ rate: 0.5 }),
    l.alphaDropout({ rate: 0.5 }),
  ]),
  chain('spatial dropout', steps, () => [l.spatialDropout1d({ rate: 0.5 }), l.dense({ units: 2 })]),
  chain('flatten behind a convolution', image, () => [
    l.conv2d({ filters: 4, kernelSize: 3 }),
    l.flatten(),
    l.dense({ units: 3 }),
  ]),
  chain('reshape', [2, 24], () => [
    l.reshape({ targetShape: [4, -1, 3] }),
    l.conv2d({ filters: 2, kernelSize: 2 }),
  ]),
  chain('permute', image, () => [l.permute({ dims: [3, 1, 2] }), l.conv2d({ filters: 2, kernelSize: 2 })]),
  chain('repeat', [2, 5], () => [l.repeatVector({ n: 3 }), l.simpleRNN({ units: 4 })]),
  overIds('embedding', () => [embedding()]),
  overIds('embedding and mean', () => [embedding(), l.globalAveragePooling1d({}), l.dense({ units: 3 })]),
  chain('embedding of values', [3, 5], () => [l.reLU({}), embedding()]),
  ...[true, false].flatMap(returnSequences => [
    overIds(`LSTM, ${returnSequences ? 'each' : 'last'} state`, () => [
      embedding(),
      l.lstm({ units: 4, returnSequences }),
    ]),
    overIds(`GRU, ${returnSequences ? 'each' : 'last'} state`, () => [
      embedding(),
      l.gru({ units: 4, returnSequences }),
    ]),
    overIds(`simple RNN, ${returnSequences ? 'each' : 'last'} state`, () => [
      embedding(),
      l.simpleRNN({ units: 4, returnSequences }),
    ]),
  ]),
  ...(['relu', 'linear', 'elu', 'softsign', 'softplus', 'sigmoid', 'hardSigmoid'] as const).map(activation =>
    overIds(`recurrent layers with ${activation}`, () => [
      embedding(),
      l.gru({ units: 4, activation, recurrentActivation: 'hardSigmoid', returnSequences: true }),
      l.lstm({
        units: 5,
        activation,
        recurrentActivation: 'sigmoid',
        useBias: false,
        returnSequences: true,
        dropout: 0.2,
      }),
      l.lstm({ units: 3, activation: 'tanh', recurrentActivation: activation }),
    ]),
  ),
  overIds('tied output', () => [
    embedding(),
    l.gru({ units: 6, returnSequences: true }),
    new TiedDense({ units: 11 }),
  ]),
  overIds('tied output behind one state', () => [
    embedding(),
    l.lstm({ units: 6 }),
    new TiedDense({ units: 11, useBias: false }),
  ]),
  {
    name: 'branches that meet',
    shapes: [image, [2, 4]],
    build() {
      const picture = tf.input({ shape: image.slice(1), name: 'picture' });
      const row = tf.input({ shape: [4], name: 'row' });
      const shared = l.conv2d({ filters: 3, kernelSize: 3, padding: 'same' });
      const once = shared.apply(picture) as tf.SymbolicTensor;
      const twice = shared.apply(once) as tf.SymbolicTensor;
      // Two layers take this one, so the normalisation can't go into its weights.
      const normal = l.batchNormalization({}).apply(once) as tf.SymbolicTensor;
      const met = [
        l.add().apply([picture, once, normal]),
        l.multiply().apply([once, twice]),
        l.average().apply([picture, twice]),
        l.maximum().apply([picture, twice]),
        l.minimum().apply([once, twice]),
      ] as tf.SymbolicTensor[];
      const joined = l
        .concatenate()
        .apply([
          l.concatenate({ axis: 3 }).apply(met) as tf.SymbolicTensor,
          l.concatenate({ axis: -1 }).apply(met) as tf.SymbolicTensor,
        ]) as tf.SymbolicTensor;
      const pooled = l
        .globalAveragePooling2d({ dataFormat: 'channelsLast' })
        .apply(joined) as tf.SymbolicTensor;
      const end = l.concatenate().apply([pooled, row]) as tf.SymbolicTensor;
      return tf.model({
        inputs: [picture, row],
        outputs: [l.dense({ units: 3, name: 'score' }).apply(end) as tf.SymbolicTensor, twice, row],
      });
    },
  },
  {
    name: 'joined on an inner axis',
    shapes: [image],
    build() {
      const input = tf.input({ shape: image.slice(1) });
      const one = l.conv2d({ filters: 3, kernelSize: 1 }).apply(input) as tf.SymbolicTensor;
      return tf.model({
        inputs: input,
        outputs: l.concatenate({ axis: 1 }).apply([one, input]) as tf.SymbolicTensor,
      });
    },
  },
  {
    name: 'models within a model, one used twice',
    shapes: [image],
    build() {
      const inner = tf.sequential({
        layers: [
          l.conv2d({ inputShape: image.slice(1), filters: 3, kernelSize: 3, padding: 'same' }),
          l.batchNormalization({}),
        ],
      });
      const input = tf.input({ shape: image.slice(1) });
      const twice = inner.apply(inner.apply(input) as tf.SymbolicTensor) as tf.SymbolicTensor;
      const outer = tf.model({ inputs: input, outputs: l.flatten().apply(twice) as tf.SymbolicTensor });
      return tf.sequential({ layers: [outer, l.dense({ units: 2, activation: 'softmax' })] });
    },
  },
];

/** Gives each weight values that follow from the seed, variances above zero. */
export function randomise(model: tf.LayersModel, seed: number): tf.LayersModel {
  const values = model.weights.map(({ shape, originalName }, at) => {
    const spread = numbers(
      shape.reduce<number>((all, length) => all * (length ?? 1), 1),
      seed + at,
      0.6,
    );
    const isVariance = originalName.includes('variance');
    return tf.tensor(isVariance ? spread.map(value => 1 + value) : spread, shape as number[]);
  });
  model.setWeights(values);
  tf.dispose(values);
  return model;
}

/** The model as its version's files have it. */
export function filesOf(model: tf.LayersModel): ModelFiles {
  const { topology, layout, weights } = describeModel(model);
  const text = JSON.parse(JSON.stringify(topology)) as object;
  return { hash: encodeModel(text, layout, weights).hash, topology: text, layout, weights };
}

/** Seeded inputs for a model of a case. */
export function inputsOf(
  { shapes, ids }: Pick<Case, 'shapes' | 'ids'>,
  seed: number,
): (Float32Array | Int32Array)[] {
  return shapes.map((shape, at) => {
    const size = shape.reduce((all, length) => all * length, 1);
    return ids === undefined ? numbers(size, seed + at, 2) : integers(size, seed + at, ids);
  });
}

export function tfjsOutputs(
  model: tf.LayersModel,
  shapes: Case['shapes'],
  inputs: readonly (Float32Array | Int32Array)[],
): Float32Array[] {
  return tf.tidy(() => {
    const given = inputs.map((values, at) =>
      tf.tensor(values, shapes[at] as number[], model.inputs[at]?.dtype === 'int32' ? 'int32' : 'float32'),
    );
    const results = model.predict(given.length === 1 ? (given[0] as tf.Tensor) : given);
    return [results].flat().map(result => result.dataSync<'float32'>().slice());
  });
}

export async function onnxOutputs(
  model: LoadedModel,
  shapes: Case['shapes'],
  inputs: readonly (Float32Array | Int32Array)[],
): Promise<readonly Tensor[]> {
  return model.run(
    model.inputs.map(({ name, datatype }, at) => ({
      name,
      datatype,
      shape: shapes[at] ?? [],
      data: inputs[at] ?? new Float32Array(),
    })),
  );
}
