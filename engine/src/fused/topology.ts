import { sizeOf } from '@murmuration/protocol/weights/layout';
import type * as tf from '../tfjs/tf.ts';
import { type Activation, activations } from './kernels.ts';
import { denseConvolution, outputSize, type StackLayer, stackLayers } from './stack/layers.ts';
import { activationOf, type Freezable, type RawConfig, type ReadLayer, refuse } from './unrecognised.ts';

/** Lookup of rows; the first layer of a model over tokens. */
export interface EmbeddingLayer extends Freezable {
  readonly kind: 'embedding';
  readonly rows: number;
  readonly width: number;
  /** True if token 0 is padding, which recurrent layers skip. */
  readonly maskZero: boolean;
}

export interface RecurrentLayer extends Freezable {
  readonly kind: 'gru' | 'lstm';
  readonly inputs: number;
  readonly units: number;
  readonly bias: boolean;
  readonly activation: Activation;
  readonly gateActivation: Activation;
  /** True if every step's state goes on to the next layer; false if only the last one does. */
  readonly sequences: boolean;
}

export interface DenseLayer extends Freezable {
  readonly kind: 'dense';
  readonly inputs: number;
  readonly units: number;
  readonly bias: boolean;
  readonly activation: Activation;
  /** True if its kernel is the embedding's table, transposed; possible only for the last layer. */
  readonly tied: boolean;
}

/** First part over tokens: looks up rows of a table, and runs recurrent layers over them. */
export interface TokenFeatures {
  readonly kind: 'tokens';
  readonly embedding: EmbeddingLayer;
  readonly recurrent: readonly RecurrentLayer[];
  /** Dropout rates in training, before each recurrent layer and behind the last one; 0 for none. */
  readonly dropout: readonly number[];
}

/** First part over rows of values of any shape, such as images: a stack of layers, which may be empty. */
export interface ValueFeatures {
  readonly kind: 'values';
  /** Shape of one input row. */
  readonly shape: readonly number[];
  readonly layers: readonly StackLayer[];
}

/**
 * Model that the kernels can run: a chain from a batch of inputs to rows of features, and from each row to
 * logits.
 */
export interface Topology {
  readonly features: TokenFeatures | ValueFeatures;
  /** Dense layers, at least one; the last one is linear and makes the logits. */
  readonly dense: readonly DenseLayer[];
}

interface Described {
  readonly layer: ReadLayer;
  /** Null for a layer that only changes the shape. */
  readonly known: EmbeddingLayer | RecurrentLayer | DenseLayer | StackLayer | null;
}

/**
 * Reads the layers of a model up to its logits, in order. Its weights then lie in the order of the layers,
 * each layer's in tfjs' order; those without a gradient, including frozen layers', lie behind all others.
 * Refuses layers that the kernels don't know.
 *
 * @param shape of its inputs.
 */
export function topologyOfLayers(chain: readonly ReadLayer[], shape: tf.Shape): Topology {
  const layers = chain.map((layer, index, { length }) => described(layer, index === length - 1));
  const dense = headOf(layers);
  const before = layers.slice(0, layers.length - dense.length);
  const [first, ...others] = before;
  const features =
    first?.known?.kind === 'embedding' ? tokensOf(first.known, others) : valuesOf(before, shape);
  if (features.kind === 'values' && widthOf(features) !== dense[0].inputs)
    refuse('the last dense layers are not over single rows');
  if (dense.slice(0, -1).some(({ tied }) => tied)) refuse('a tied layer comes before the last one');
  if (dense.at(-1)!.tied && !fits(dense.at(-1)!, features))
    refuse('the tied layer does not fit the embedding');
  return { features, dense };
}

/** @param isLast true if the output is the logits, or a softmax of them. */
function described(layer: ReadLayer, isLast: boolean): Described {
  const read = recognised(layer, isLast);
  const isFrozen = (layer.getConfig() as RawConfig).trainable === false;
  return isFrozen && read.known
    ? { layer, known: { ...read.known, frozen: true } as Described['known'] }
    : read;
}

function recognised(layer: ReadLayer, isLast: boolean): Described {
  const name = layer.getClassName();
  const config = layer.getConfig() as RawConfig;
  switch (name) {
    case 'Embedding':
      return {
        layer,
        known: {
          kind: 'embedding',
          rows: config.inputDim as number,
          width: config.outputDim as number,
          maskZero: config.maskZero === true,
        },
      };
    case 'GRU':
    case 'LSTM':
      return { layer, known: recurrent(name === 'GRU' ? 'gru' : 'lstm', layer, config) };
    case 'Dense': {
      const isSoftmax = isLast && config.activation === 'softmax';
      const activation = isSoftmax ? activations.linear : activationOf(layer, config.activation);
      return { layer, known: { kind: 'dense', ...widths(layer, config), activation, tied: false } };
    }
    case 'TiedDense':
      return { layer, known: tiedDense(layer, config) };
    default: {
      const read = Object.hasOwn(stackLayers, name) && stackLayers[name];
      return read
        ? { layer, known: read(layer, config) }
        : refuse(`there is no fused kernel for the layer ${layer.name} (${name})`);
    }
  }
}

function tiedDense(layer: ReadLayer, config: RawConfig): DenseLayer {
  return {
    kind: 'dense',
    inputs: (layer.input as tf.SymbolicTensor).shape.at(-1)!,
    units: config.units as number,
    bias: config.useBias === true,
    activation: activations.linear,
    tied: true,
  };
}

/** Dense layers at the end of the chain. */
function headOf(layers: readonly Described[]): readonly [DenseLayer, ...DenseLayer[]] {
  const [first, ...others] = layers
    .slice(layers.findLastIndex(({ known }) => known?.kind !== 'dense') + 1)
    .map(({ known }) => known as DenseLayer);
  if (!first) return refuse('the last layer is not a dense one');
  if ((others.at(-1) ?? first).activation !== activations.linear)
    refuse('the last layer has an activation, so it makes no logits');
  return [first, ...others];
}

function tokensOf(embedding: EmbeddingLayer, others: readonly Described[]): TokenFeatures {
  const recurrent: RecurrentLayer[] = [];
  const dropout = [0];
  for (const { layer, known } of others) {
    if (known?.kind === 'gru' || known?.kind === 'lstm') {
      recurrent.push(known);
      dropout.push(0);
    } else if (known?.kind === 'dropout') {
      if (dropout.at(-1)! > 0) refuse(`the layer ${layer.name} follows another dropout`);
      dropout[dropout.length - 1] = known.rate;
    } else if (layer.getClassName() !== 'Dropout') {
      refuse(
        `the layer ${layer.name} (${layer.getClassName()}) is none that the fused kernels know in a model over tokens`,
      );
    }
  }
  if (recurrent.slice(0, -1).some(({ sequences }) => !sequences))
    refuse('a recurrent layer that hands on only its last state comes before another');
  return { kind: 'tokens', embedding, recurrent, dropout };
}

function valuesOf(layers: readonly Described[], [, ...shape]: tf.Shape): ValueFeatures {
  if (shape.some(length => length === null)) refuse('the shape of the inputs is not known beforehand');
  const stack = layers.flatMap(({ layer, known }): StackLayer[] => {
    switch (known?.kind) {
      case 'embedding':
        return refuse(`the layer ${layer.name} looks up rows that are no tokens of the inputs`);
      case 'gru':
      case 'lstm':
        return refuse('a recurrent layer has no embedding before it');
      case 'dense':
        if (known.tied) refuse('a tied layer comes before the last one');
        if ((layer.outputShape as tf.Shape).length !== 2)
          refuse(`the layer ${layer.name} is a dense one over more than one row`);
        return [
          {
            ...denseConvolution(known.inputs, known.units, known.bias, known.activation),
            ...(known.frozen && { frozen: true }),
          },
        ];
      default:
        return known ? [known] : [];
    }
  });
  return { kind: 'values', shape: shape as number[], layers: stack };
}

/** Number of features of one row. */
function widthOf({ shape, layers }: ValueFeatures): number {
  const last = layers.at(-1);
  return last ? outputSize(last) : sizeOf(shape);
}

function recurrent(kind: 'gru' | 'lstm', layer: ReadLayer, config: RawConfig): RecurrentLayer {
  for (const option of [
    'goBackwards',
    'stateful',
    'returnState',
    'resetAfter',
    'dropout',
    'recurrentDropout',
  ]) {
    if (config[option]) refuse(`the layer ${layer.name} uses ${option}`);
  }
  return {
    kind,
    ...widths(layer, config),
    activation: activationOf(layer, config.activation),
    gateActivation: activationOf(layer, config.recurrentActivation),
    sequences: config.returnSequences === true,
  };
}

function widths(layer: ReadLayer, config: RawConfig) {
  return {
    inputs: layer.weights[0]!.shape[0] as number,
    units: config.units as number,
    bias: config.useBias === true,
  };
}

function fits({ inputs, units }: DenseLayer, features: TokenFeatures | ValueFeatures): boolean {
  return (
    features.kind === 'tokens' && features.embedding.rows === units && features.embedding.width === inputs
  );
}
