import type * as tf from '../tf.ts';
import { type Activation, activations } from './kernels.ts';

/** A lookup of rows; the first layer of a model over tokens. */
export interface EmbeddingLayer {
  readonly kind: 'embedding';
  readonly rows: number;
  readonly width: number;
  /** Whether token 0 is padding, which recurrent layers pass over. */
  readonly maskZero: boolean;
}

export interface RecurrentLayer {
  readonly kind: 'gru' | 'lstm';
  readonly inputs: number;
  readonly units: number;
  readonly bias: boolean;
  readonly activation: Activation;
  readonly gateActivation: Activation;
  /** Whether every step's state goes on to the next layer, or the last step's alone. */
  readonly sequences: boolean;
}

export interface DenseLayer {
  readonly kind: 'dense';
  readonly inputs: number;
  readonly units: number;
  readonly bias: boolean;
  readonly activation: Activation;
  /** Whether its kernel is the embedding's table, transposed; only the last layer's is. */
  readonly tied: boolean;
}

/** A model that the kernels can run: a chain from tokens, or from rows of features, to one row of logits for each position. */
export interface Topology {
  readonly embedding: EmbeddingLayer | null;
  readonly recurrent: readonly RecurrentLayer[];
  /** At least one; the last one, which is linear, makes the logits. */
  readonly dense: readonly DenseLayer[];
}

/** Why a model takes the generic path; one sentence without a full stop. */
export interface Unrecognised {
  readonly reason: string;
}

type Config = Readonly<Record<string, unknown>>;
type Kind = (
  layer: tf.layers.Layer,
  config: Config,
) => Topology['dense'][number] | RecurrentLayer | EmbeddingLayer;

class NotRecognised extends Error {}

/** Reads the layers of a model. Its weights then lie in the order of the layers, each layer's in the order of tfjs. */
export function topologyOf(model: tf.LayersModel): Topology | Unrecognised {
  try {
    return arrange(chainOf(model).map(described));
  } catch (error) {
    if (error instanceof NotRecognised) return { reason: error.message };
    throw error;
  }
}

function refuse(reason: string): never {
  throw new NotRecognised(reason);
}

/** The layers from input to output, where each follows the one before and nothing else. */
function chainOf(model: tf.LayersModel): tf.layers.Layer[] {
  if (model.inputs.length !== 1 || model.outputs.length !== 1)
    refuse('the model has several inputs or outputs');
  const layers = model.layers.filter(layer => layer.getClassName() !== 'InputLayer');
  let before = model.inputs[0].sourceLayer;
  for (const layer of layers) {
    const [node, ...others] = layer.inboundNodes;
    const follows = node?.inboundLayers.length === 1 && node.inboundLayers[0] === before;
    if (!follows) refuse(`the layer ${layer.name} does not follow the one before it alone`);
    if (others.length > 0) refuse(`the layer ${layer.name} is used more than once`);
    if (!layer.trainable) refuse(`the layer ${layer.name} is frozen`);
    before = layer;
  }
  if (model.outputs[0].sourceLayer !== before) refuse('the last layer is not the output');
  return layers;
}

const kinds: Readonly<Record<string, Kind>> = {
  Embedding(_, config) {
    return {
      kind: 'embedding',
      rows: config.inputDim as number,
      width: config.outputDim as number,
      maskZero: config.maskZero === true,
    };
  },
  GRU: (layer, config) => recurrent('gru', layer, config),
  LSTM: (layer, config) => recurrent('lstm', layer, config),
  Dense(layer, config) {
    const activation = activationOf(layer, config.activation);
    return { kind: 'dense', ...widths(layer, config), activation, tied: false };
  },
  TiedDense(layer, config) {
    return {
      kind: 'dense',
      inputs: (layer.input as tf.SymbolicTensor).shape.at(-1)!,
      units: config.units as number,
      bias: config.useBias === true,
      activation: activations.linear,
      tied: true,
    };
  },
};

function described(layer: tf.layers.Layer) {
  const kind = kinds[layer.getClassName()];
  return kind
    ? kind(layer, layer.getConfig() as Config)
    : refuse(`there is no fused kernel for the layer ${layer.name} (${layer.getClassName()})`);
}

function recurrent(kind: 'gru' | 'lstm', layer: tf.layers.Layer, config: Config): RecurrentLayer {
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

function widths(layer: tf.layers.Layer, config: Config) {
  return {
    inputs: layer.weights[0].shape[0] as number,
    units: config.units as number,
    bias: config.useBias === true,
  };
}

function activationOf(layer: tf.layers.Layer, name: unknown): Activation {
  // Keras writes what tfjs calls hardSigmoid with an underscore.
  const known = name === 'hard_sigmoid' ? 'hardSigmoid' : name;
  if (typeof known === 'string' && Object.hasOwn(activations, known))
    return activations[known as keyof typeof activations];
  return refuse(`the layer ${layer.name} uses the activation ${String(name)}`);
}

function arrange(layers: readonly ReturnType<Kind>[]): Topology {
  const kind = (index: number) => layers[index]?.kind;
  let at = 0;
  const embedding = kind(at) === 'embedding' ? (layers[at++] as EmbeddingLayer) : null;
  const recurrent: RecurrentLayer[] = [];
  while (kind(at) === 'gru' || kind(at) === 'lstm') recurrent.push(layers[at++] as RecurrentLayer);
  const dense = layers.slice(at).filter(layer => layer.kind === 'dense');
  if (dense.length === 0 || dense.length < layers.length - at)
    refuse('the layers are not an embedding, recurrent and dense layers in this order');
  if (dense.at(-1)!.activation !== activations.linear)
    refuse('the last layer has an activation, so it makes no logits');
  if (dense.slice(0, -1).some(({ tied }) => tied)) refuse('a tied layer comes before the last one');
  if (dense.at(-1)!.tied && !fits(dense.at(-1)!, embedding))
    refuse('the tied layer does not fit the embedding');
  if (embedding === null && recurrent.length > 0) refuse('a recurrent layer has no embedding before it');
  if (recurrent.slice(0, -1).some(({ sequences }) => !sequences))
    refuse('a recurrent layer that hands on its last state alone comes before another');
  return { embedding, recurrent, dense };
}

function fits({ inputs, units }: DenseLayer, embedding: EmbeddingLayer | null): boolean {
  return embedding?.rows === units && embedding.width === inputs;
}
