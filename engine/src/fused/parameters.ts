import type { Address } from './kernels.ts';
import { writePanels } from './panels.ts';
import type { ConvolutionLayer, NormalisationLayer, StackLayer } from './stack/layers.ts';
import type { DenseLayer, EmbeddingLayer, RecurrentLayer, Topology } from './topology.ts';
import type { Workspace } from './workspace.ts';

/** One weight of a layer, with the addresses of its values and gradient. */
export interface Parameter {
  readonly value: Address;
  /** 0 if there is none. */
  readonly gradient: Address;
  readonly size: number;
  /** True if it has a gradient: only in training, and in no frozen layer. */
  readonly learns: boolean;
}

/** Weight whose addresses are not known yet. */
interface Piece extends Parameter {
  value: Address;
  gradient: Address;
  readonly isTrained: boolean;
  /** Layer whose kernel this is, in panels; null if it is not packed. */
  readonly packed: DenseLayer | null;
}

export interface DenseParameters {
  readonly layer: DenseLayer;
  /** `[inputs, units]`; for a tied layer the embedding's table `[units, inputs]`. */
  readonly kernel: Parameter;
  /** True if the kernel lies in panels, as `multiplyPacked` takes it. */
  readonly isPacked: boolean;
  readonly bias: Parameter | null;
}

export interface RecurrentParameters {
  readonly layer: RecurrentLayer;
  readonly kernel: Parameter;
  readonly recurrent: Parameter;
  readonly bias: Parameter | null;
}

export interface EmbeddingParameters {
  readonly layer: EmbeddingLayer;
  readonly table: Parameter;
}

export interface ConvolutionParameters {
  readonly layer: ConvolutionLayer;
  /** `[filterHeight, filterWidth, channels, filters]`. */
  readonly filter: Parameter;
  readonly bias: Parameter | null;
}

export interface NormalisationParameters {
  readonly layer: NormalisationLayer;
  readonly gamma: Parameter | null;
  readonly beta: Parameter | null;
  /** Moving statistics: weights that training moves without a gradient. */
  readonly mean: Parameter;
  readonly variance: Parameter;
}

/** Layer of a stack with its weights. */
export type StackParameters =
  | ConvolutionParameters
  | NormalisationParameters
  | { readonly layer: Exclude<StackLayer, ConvolutionLayer | NormalisationLayer> };

/**
 * Weights of a model in one region, in the order of its layout: first those that gradients move, layer by
 * layer, with their gradients in a second region of the same order; then those of frozen layers and the
 * moving statistics of batch normalisation. Packed kernels lie elsewhere.
 */
export class Parameters {
  /** Number of all weights. */
  readonly count: number;
  /** Number of weights that have a gradient. */
  readonly trainable: number;
  readonly values: Address;
  readonly gradients: Address;
  readonly embedding: EmbeddingParameters | null;
  readonly recurrent: readonly RecurrentParameters[];
  readonly stack: readonly StackParameters[];
  readonly dense: readonly DenseParameters[];
  /** True if a layer before the final dense ones learns. */
  readonly featuresLearn: boolean;
  readonly #workspace: Workspace;
  /** Weights in the order of the layout. */
  readonly #pieces: readonly Piece[];

  /** True if the embedding's table also makes the logits, so that all its rows have a gradient. */
  get tied(): boolean {
    return this.dense.at(-1)!.layer.tied;
  }

  /** True if all matrices of products are packed: only dense kernels, none of them tied. */
  get arePacked(): boolean {
    const isConvolution = (layer: StackParameters) => 'filter' in layer;
    return (
      this.recurrent.length === 0 &&
      !this.stack.some(isConvolution) &&
      this.dense.every(({ isPacked }) => isPacked)
    );
  }

  /**
   * Reserves memory for the weights.
   *
   * @param use `training` adds gradients; `batches` packs the kernels of dense layers, so that no batch has
   * to copy them.
   */
  constructor(workspace: Workspace, { features, dense }: Topology, use: 'training' | 'batches' | 'steps') {
    this.#workspace = workspace;
    const training = use === 'training';
    const packs = ({ tied }: DenseLayer) => use === 'batches' && !tied;
    const { embedding, recurrent } =
      features.kind === 'tokens' ? features : { embedding: null, recurrent: [] };
    const stack = features.kind === 'values' ? features.layers : [];
    const pieces: Piece[] = [];
    const add = (size: number, isTrained: boolean, packed: DenseLayer | null = null): Piece => {
      const piece = { value: 0, gradient: 0, size, learns: training && isTrained, isTrained, packed };
      pieces.push(piece);
      return piece;
    };
    const maybe = (size: number, isTrained: boolean) => (size > 0 ? add(size, isTrained) : null);
    this.embedding = embedding && {
      layer: embedding,
      table: add(embedding.rows * embedding.width, !embedding.frozen),
    };
    this.recurrent = recurrent.map(layer => {
      const [kernel, square, bias] = recurrentSizes(layer);
      const own = !layer.frozen;
      return { layer, kernel: add(kernel, own), recurrent: add(square, own), bias: maybe(bias, own) };
    });
    this.stack = stack.map((layer): StackParameters => {
      const [first, second] = stackSizes(layer);
      switch (layer.kind) {
        case 'convolution':
          return { layer, filter: add(first, !layer.frozen), bias: maybe(second, !layer.frozen) };
        case 'normalisation':
          return {
            layer,
            gamma: maybe(first, !layer.frozen),
            beta: maybe(second, !layer.frozen),
            mean: add(layer.channels, false),
            variance: add(layer.channels, false),
          };
        default:
          return { layer };
      }
    });
    this.featuresLearn = pieces.some(({ learns }) => learns);
    this.dense = dense.map((layer): DenseParameters => {
      const isPacked = packs(layer);
      const own = () => add(layer.inputs * layer.units, !layer.frozen, isPacked ? layer : null);
      const kernel = layer.tied ? this.embedding!.table : own();
      return { layer, kernel, isPacked, bias: maybe(layer.bias ? layer.units : 0, !layer.frozen) };
    });
    this.#pieces = [
      ...pieces.filter(({ isTrained }) => isTrained),
      ...pieces.filter(({ isTrained }) => !isTrained),
    ];
    this.trainable = totalOf(pieces.filter(({ isTrained }) => isTrained));
    this.count = totalOf(pieces);
    this.values = workspace.reserve(totalOf(pieces.filter(({ packed }) => !packed)));
    this.gradients = training ? workspace.reserve(this.trainable) : 0;
    let at = 0;
    for (const piece of this.#pieces) {
      if (piece.packed) {
        const { inputs, units } = piece.packed;
        piece.value = workspace.reserveBytes(workspace.kernels.packedBytes(inputs, units));
        continue;
      }
      piece.value = this.values + at;
      if (piece.learns) piece.gradient = this.gradients + at;
      at += 4 * piece.size;
    }
  }

  /** Sets all weights, in the order of the layout; called after `commit` of the workspace. */
  set(weights: Float32Array): void {
    const workspace = this.#workspace;
    let from = 0;
    for (const { value, size, packed } of this.#pieces) {
      const own = weights.subarray(from, from + size);
      if (packed) {
        const { inputs, units } = packed;
        writePanels(
          own,
          inputs,
          units,
          workspace.view(value, workspace.kernels.packedBytes(inputs, units) / 4),
        );
      } else workspace.view(value, size).set(own);
      from += size;
    }
  }
}

function totalOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { size }) => sum + size, 0);
}

/** Numbers of weights of a layer that have a gradient: filter and bias, or gamma and beta. */
function stackSizes(layer: StackLayer): [number, number] {
  switch (layer.kind) {
    case 'convolution': {
      const { filterHeight, filterWidth, channels } = layer.window;
      const size = filterHeight * filterWidth * channels * layer.filters;
      return [size, layer.bias ? layer.filters : 0];
    }
    case 'normalisation':
      return [layer.scale ? layer.channels : 0, layer.center ? layer.channels : 0];
    default:
      return [0, 0];
  }
}

/** Number of gates of a recurrent layer, including its candidate. */
export function gatesOf({ kind }: RecurrentLayer): number {
  return kind === 'gru' ? 3 : 4;
}

function recurrentSizes(layer: RecurrentLayer): [kernel: number, recurrent: number, bias: number] {
  const width = gatesOf(layer) * layer.units;
  return [layer.inputs * width, layer.units * width, layer.bias ? width : 0];
}
