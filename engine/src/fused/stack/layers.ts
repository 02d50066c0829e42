import { sizeOf } from '@murmuration/protocol/weights/layout';
import type * as tf from '../../tfjs/tf.ts';
import { type Activation, activations } from '../kernels.ts';
import { activationOf, type Freezable, type RawConfig, type ReadLayer, refuse } from '../unrecognised.ts';

/**
 * Window that moves over images `[height, width, channels]`; `top` and `left` are the pixels of padding
 * before the first one.
 */
export interface Window {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly top: number;
  readonly left: number;
}

/** Convolution; a dense layer is a 1 × 1 convolution over a single pixel. */
export interface ConvolutionLayer extends Freezable {
  readonly kind: 'convolution';
  readonly window: Window;
  readonly filters: number;
  readonly bias: boolean;
  readonly activation: Activation;
}

/** Maximum or mean of each window, without padding. */
export interface PoolingLayer {
  readonly kind: 'maxPooling' | 'averagePooling';
  readonly window: Window;
}

/** Batch normalisation of the last axis (Ioffe & Szegedy 2015). */
export interface NormalisationLayer extends Freezable {
  readonly kind: 'normalisation';
  /** Pixels per row of a batch; all pixels of a batch share one mean. */
  readonly pixels: number;
  readonly channels: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly scale: boolean;
  readonly center: boolean;
}

export interface ActivationLayer {
  readonly kind: 'activation';
  readonly size: number;
  readonly activation: Activation;
}

/** Dropout of each value with probability `rate` in training (Srivastava et al. 2014). */
export interface DropoutLayer {
  readonly kind: 'dropout';
  readonly size: number;
  readonly rate: number;
}

/** Layer over rows of values, which may be images. */
export type StackLayer =
  | ConvolutionLayer
  | PoolingLayer
  | NormalisationLayer
  | ActivationLayer
  | DropoutLayer;

type Read = (layer: ReadLayer, config: RawConfig) => StackLayer | null;

/** Readers of a stack's layers by class name; null stands for a layer that only changes the shape. */
export const stackLayers: Readonly<Record<string, Read>> = {
  Conv2D(layer, config) {
    const [height, width] = pair(config.dilationRate ?? 1);
    if (height !== 1 || width !== 1) refuse(`the layer ${layer.name} uses a dilation rate`);
    return {
      kind: 'convolution',
      window: windowOf(layer, config, config.kernelSize, config.strides),
      filters: config.filters as number,
      bias: config.useBias === true,
      activation: activationOf(layer, config.activation),
    };
  },
  MaxPooling2D: (layer, config) => ({
    kind: 'maxPooling',
    window: windowOf(layer, config, config.poolSize, config.strides),
  }),
  AveragePooling2D: (layer, config) => ({
    kind: 'averagePooling',
    window: windowOf(layer, config, config.poolSize, config.strides),
  }),
  GlobalAveragePooling2D: (layer, config) => ({
    kind: 'averagePooling',
    window: windowOf(layer, { ...config, padding: 'valid' }, inputShapeOf(layer).slice(0, 2), 1),
  }),
  BatchNormalization(layer, config) {
    const shape = inputShapeOf(layer);
    const axis = config.axis as number;
    if (axis !== -1 && axis !== shape.length)
      refuse(`the layer ${layer.name} normalises another axis than the last`);
    return {
      kind: 'normalisation',
      pixels: sizeOf(shape.slice(0, -1)),
      channels: shape.at(-1)!,
      momentum: config.momentum as number,
      epsilon: config.epsilon as number,
      scale: config.scale === true,
      center: config.center === true,
    };
  },
  Activation: (layer, config) => ({
    kind: 'activation',
    size: sizeOf(inputShapeOf(layer)),
    activation: activationOf(layer, config.activation),
  }),
  ReLU(layer, config) {
    if (typeof config.maxValue === 'number') refuse(`the layer ${layer.name} uses maxValue`);
    return { kind: 'activation', size: sizeOf(inputShapeOf(layer)), activation: activations.relu };
  },
  Dropout(layer, config) {
    if (config.noiseShape) refuse(`the layer ${layer.name} uses noiseShape`);
    const rate = config.rate as number;
    if (!(rate > 0 && rate < 1)) return null;
    // For a sequence of unknown length, this counts the values of one position; sequences don't use the size.
    const [, ...shape] = (layer.input as tf.SymbolicTensor).shape;
    return { kind: 'dropout', size: sizeOf(shape.filter(length => length !== null)), rate };
  },
  Flatten(layer, config) {
    requireChannelsLast(layer, config);
    return null;
  },
  Reshape: () => null,
};

/** Number of output values per row. */
export function outputSize(layer: StackLayer): number {
  switch (layer.kind) {
    case 'convolution':
      return layer.window.outHeight * layer.window.outWidth * layer.filters;
    case 'maxPooling':
    case 'averagePooling':
      return layer.window.outHeight * layer.window.outWidth * layer.window.channels;
    case 'normalisation':
      return layer.pixels * layer.channels;
    case 'activation':
    case 'dropout':
      return layer.size;
  }
}

export function denseConvolution(inputs: number, units: number, bias: boolean, activation: Activation) {
  const one = { height: 1, width: 1, outHeight: 1, outWidth: 1, filterHeight: 1, filterWidth: 1 };
  const window: Window = { ...one, channels: inputs, strideHeight: 1, strideWidth: 1, top: 0, left: 0 };
  return { kind: 'convolution', window, filters: units, bias, activation } as const;
}

/** Shape of a layer's input, without its rows. */
function inputShapeOf(layer: ReadLayer): number[] {
  const [, ...shape] = (layer.input as tf.SymbolicTensor).shape;
  if (shape.some(length => length === null))
    refuse(`the shape that the layer ${layer.name} takes is not known beforehand`);
  return shape as number[];
}

function requireChannelsLast(layer: ReadLayer, { dataFormat }: RawConfig): void {
  if (dataFormat === 'channelsFirst') refuse(`the layer ${layer.name} takes channels first`);
}

function windowOf(layer: ReadLayer, config: RawConfig, filter: unknown, strides: unknown): Window {
  requireChannelsLast(layer, config);
  const [height, width, channels] = inputShapeOf(layer) as [number, number, number];
  const [filterHeight, filterWidth] = pair(filter);
  const [strideHeight, strideWidth] = pair(strides);
  const { padding } = config;
  if (padding !== 'same' && padding !== 'valid')
    return refuse(`the layer ${layer.name} uses the padding ${String(padding)}`);
  const [outHeight, top] = along(height, filterHeight, strideHeight, padding);
  const [outWidth, left] = along(width, filterWidth, strideWidth, padding);
  if (outHeight < 1 || outWidth < 1)
    refuse(`the window of the layer ${layer.name} is larger than its images`);
  // biome-ignore format: sizes of images, then of the window
  return {
    height, width, channels, outHeight, outWidth,
    filterHeight, filterWidth, strideHeight, strideWidth, top, left,
  };
}

/**
 * Number of windows along one side, and the padding before the first; if the padding is odd, the extra pixel
 * comes last.
 */
function along(length: number, filter: number, stride: number, padding: 'same' | 'valid'): [number, number] {
  if (padding === 'valid') return [Math.ceil((length - filter + 1) / stride), 0];
  const count = Math.ceil(length / stride);
  return [count, Math.floor(Math.max(0, (count - 1) * stride + filter - length) / 2)];
}

function pair(value: unknown): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : (value as [number, number]);
}
