import type { LayerWriter } from './layer-call.ts';
import {
  activation,
  elu,
  leakyRelu,
  parametricRelu,
  relu,
  softmax,
  thresholdedRelu,
} from './layers/activations.ts';
import { dense, embedding, tiedDense } from './layers/dense.ts';
import { batchNormalisation, layerNormalisation } from './layers/normalisation.ts';
import { gru, lstm, simpleRnn } from './layers/recurrent.ts';
import { concatenate, flatten, merged, permute, repeat, reshape, unchanged } from './layers/shapes.ts';
import { convolution, depthwise, globalPooling, pooling, separable, zeroPadding } from './layers/windows.ts';

/** Writers of layers by class name in tfjs. */
export const layerWriters: Readonly<Record<string, LayerWriter>> = {
  Dense: dense,
  TiedDense: tiedDense,
  Embedding: embedding,
  Conv1D: convolution,
  Conv2D: convolution,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  MaxPooling1D: pooling('MaxPool'),
  MaxPooling2D: pooling('MaxPool'),
  AveragePooling1D: pooling('AveragePool'),
  AveragePooling2D: pooling('AveragePool'),
  GlobalMaxPooling1D: globalPooling('ReduceMax'),
  GlobalMaxPooling2D: globalPooling('ReduceMax'),
  GlobalAveragePooling1D: globalPooling('ReduceMean'),
  GlobalAveragePooling2D: globalPooling('ReduceMean'),
  ZeroPadding2D: zeroPadding,
  BatchNormalization: batchNormalisation,
  LayerNormalization: layerNormalisation,
  Activation: activation,
  ReLU: relu,
  LeakyReLU: leakyRelu,
  ELU: elu,
  ThresholdedReLU: thresholdedRelu,
  PReLU: parametricRelu,
  Softmax: softmax,
  Dropout: unchanged,
  SpatialDropout1D: unchanged,
  AlphaDropout: unchanged,
  GaussianDropout: unchanged,
  GaussianNoise: unchanged,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeat,
  LSTM: lstm,
  GRU: gru,
  SimpleRNN: simpleRnn,
  Add: merged('Add'),
  Multiply: merged('Mul'),
  Average: merged('Mean'),
  Maximum: merged('Max'),
  Minimum: merged('Min'),
  Concatenate: concatenate,
};

/** Layers that can fold a batch normalisation behind them into their weights. */
export const takesAffine: ReadonlySet<string> = new Set([
  'Dense',
  'Conv1D',
  'Conv2D',
  'DepthwiseConv2D',
  'SeparableConv2D',
]);

/** Layers that take integers without a cast to float32. */
export const takesIntegers: ReadonlySet<string> = new Set([
  'Embedding',
  'Flatten',
  'Reshape',
  'Permute',
  'RepeatVector',
  'Dropout',
  'SpatialDropout1D',
]);
