import type { Address } from './kernels.ts';
import { writePanels } from './panels.ts';
import type { ConvolutionLayer, NormalisationLayer, StackLayer } from './stack/layers.ts';
import type { DenseLayer, EmbeddingLayer, RecurrentLayer, Topology } from './topology.ts';
import type { Workspace } from './workspace.ts';

/** One weight of a layer, and the place of its gradient; a model in use has no gradients. */
export interface Parameter {
  readonly value: Address;
  readonly gradient: Address;
  readonly size: number;
}

export interface DenseParameters {
  readonly layer: DenseLayer;
  /** `[inputs, units]`; of a tied layer the embedding's table `[units, inputs]`. */
  readonly kernel: Parameter;
  /** Whether the kernel lies in panels, as `multiplyPacked` takes it. */
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
  /** Moving statistics: weights that training moves, but no gradient. */
  readonly mean: Address;
  readonly variance: Address;
}

/** A layer of a stack with its weights. */
export type StackParameters =
  | ConvolutionParameters
  | NormalisationParameters
  | { readonly layer: Exclude<StackLayer, ConvolutionLayer | NormalisationLayer> };

/**
 * The weights of a model in one region, in the order of its layout: first those that gradients move, layer by layer, whose
 * gradients lie in another region like it, then the moving statistics of batch normalisation. Kernels that are packed lie elsewhere.
 */
export class Parameters {
  /** All weights. */
  readonly count: number;
  /** Weights that have a gradient. */
  readonly trainable: number;
  readonly values: Address;
  readonly gradients: Address;
  readonly embedding: EmbeddingParameters | null;
  readonly recurrent: readonly RecurrentParameters[];
  readonly stack: readonly StackParameters[];
  readonly dense: readonly DenseParameters[];
  readonly #workspace: Workspace;

  /** Whether the embedding's table makes the logits as well, so that all of its rows have a gradient. */
  get tied(): boolean {
    return this.dense.at(-1)!.layer.tied;
  }

  /**
   * @param use what the weights are for: `training` has gradients, `batches` has the kernels of dense layers packed, so that a batch need
   * not copy them.
   */
  constructor(workspace: Workspace, { features, dense }: Topology, use: 'training' | 'batches' | 'steps') {
    this.#workspace = workspace;
    const training = use === 'training';
    const packs = ({ tied }: DenseLayer) => use === 'batches' && !tied;
    const { embedding, recurrent } =
      features.kind === 'tokens' ? features : { embedding: null, recurrent: [] };
    const stack = features.kind === 'values' ? features.layers : [];
    this.trainable =
      (embedding ? embedding.rows * embedding.width : 0) +
      recurrent.reduce((sum, layer) => sum + total(recurrentSizes(layer)), 0) +
      stack.reduce((sum, layer) => sum + total(stackSizes(layer)), 0) +
      dense.reduce(
        (sum, { inputs, units, bias, tied }) => sum + (tied ? 0 : inputs * units) + (bias ? units : 0),
        0,
      );
    this.count = this.trainable + stack.reduce((sum, layer) => sum + 2 * statisticsOf(layer), 0);
    const packed = dense.filter(packs).reduce((sum, { inputs, units }) => sum + inputs * units, 0);
    this.values = workspace.reserve(this.count - packed);
    this.gradients = training ? workspace.reserve(this.trainable) : 0;
    let at = 0;
    const next = (size: number): Parameter => {
      const offset = 4 * at;
      at += size;
      return { value: this.values + offset, gradient: this.gradients + offset, size };
    };
    let statistics = this.values + 4 * (this.trainable - packed);
    const nextStatistic = (size: number): Address => {
      statistics += 4 * size;
      return statistics - 4 * size;
    };
    this.embedding = embedding && { layer: embedding, table: next(embedding.rows * embedding.width) };
    this.recurrent = recurrent.map(layer => {
      const [kernel, square, bias] = recurrentSizes(layer);
      return { layer, kernel: next(kernel), recurrent: next(square), bias: bias > 0 ? next(bias) : null };
    });
    this.stack = stack.map((layer): StackParameters => {
      const [first, second] = stackSizes(layer);
      switch (layer.kind) {
        case 'convolution':
          return { layer, filter: next(first), bias: second > 0 ? next(second) : null };
        case 'normalisation':
          return {
            layer,
            gamma: first > 0 ? next(first) : null,
            beta: second > 0 ? next(second) : null,
            mean: nextStatistic(layer.channels),
            variance: nextStatistic(layer.channels),
          };
        default:
          return { layer };
      }
    });
    const nextPacked = ({ inputs, units }: DenseLayer): Parameter => {
      const value = workspace.reserveBytes(workspace.kernels.packedBytes(inputs, units));
      return { value, gradient: 0, size: inputs * units };
    };
    this.dense = dense.map((layer): DenseParameters => {
      const isPacked = packs(layer);
      const own = () => (isPacked ? nextPacked(layer) : next(layer.inputs * layer.units));
      const kernel = layer.tied ? this.embedding!.table : own();
      return { layer, kernel, isPacked, bias: layer.bias ? next(layer.units) : null };
    });
  }

  /** Sets all weights, in the order of the layout; after `commit` of the workspace. */
  set(weights: Float32Array): void {
    const workspace = this.#workspace;
    let [from, to] = [0, this.values];
    const copy = (end: number): void => {
      workspace.view(to, end - from).set(weights.subarray(from, end));
      to += 4 * (end - from);
      from = end;
    };
    let end = this.trainable;
    for (const { kernel, bias, layer } of this.dense)
      end -= (layer.tied ? 0 : kernel.size) + (bias?.size ?? 0);
    for (const { layer, kernel, isPacked, bias } of this.dense) {
      if (isPacked) {
        copy(end);
        const own = weights.subarray(from, from + kernel.size);
        const bytes = workspace.kernels.packedBytes(layer.inputs, layer.units);
        writePanels(own, layer.inputs, layer.units, workspace.view(kernel.value, bytes / 4));
        from += kernel.size;
      }
      end += (layer.tied ? 0 : kernel.size) + (bias?.size ?? 0);
    }
    copy(this.count);
  }
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a + b);
}

/** Weights of a layer that have a gradient: filter and bias, or gamma and beta. */
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

function statisticsOf(layer: StackLayer): number {
  return layer.kind === 'normalisation' ? layer.channels : 0;
}

/** How many gates a recurrent layer has, its candidate counted. */
export function gatesOf({ kind }: RecurrentLayer): number {
  return kind === 'gru' ? 3 : 4;
}

function recurrentSizes(layer: RecurrentLayer): [kernel: number, recurrent: number, bias: number] {
  const width = gatesOf(layer) * layer.units;
  return [layer.inputs * width, layer.units * width, layer.bias ? width : 0];
}
