import type { Address } from './kernels.ts';
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

/** The weights of a model in one region, in the order of its layout, and their gradients in another one like it. */
export class Parameters {
  readonly count: number;
  readonly values: Address;
  readonly gradients: Address;
  readonly embedding: EmbeddingParameters | null;
  readonly recurrent: readonly RecurrentParameters[];
  readonly dense: readonly DenseParameters[];

  /** Whether the embedding's table makes the logits as well, so that all of its rows have a gradient. */
  get tied(): boolean {
    return this.dense.at(-1)!.layer.tied;
  }

  constructor(workspace: Workspace, { embedding, recurrent, dense }: Topology, training: boolean) {
    this.count =
      (embedding ? embedding.rows * embedding.width : 0) +
      recurrent.reduce((sum, layer) => sum + recurrentSizes(layer).reduce((a, b) => a + b), 0) +
      dense.reduce(
        (sum, { inputs, units, bias, tied }) => sum + (tied ? 0 : inputs * units) + (bias ? units : 0),
        0,
      );
    this.values = workspace.reserve(this.count);
    this.gradients = training ? workspace.reserve(this.count) : 0;
    let at = 0;
    const next = (size: number): Parameter => {
      const offset = 4 * at;
      at += size;
      return { value: this.values + offset, gradient: this.gradients + offset, size };
    };
    this.embedding = embedding && { layer: embedding, table: next(embedding.rows * embedding.width) };
    this.recurrent = recurrent.map(layer => {
      const [kernel, square, bias] = recurrentSizes(layer);
      return { layer, kernel: next(kernel), recurrent: next(square), bias: bias > 0 ? next(bias) : null };
    });
    this.dense = dense.map(layer => ({
      layer,
      kernel: layer.tied ? this.embedding!.table : next(layer.inputs * layer.units),
      bias: layer.bias ? next(layer.units) : null,
    }));
  }
}

/** How many gates a recurrent layer has, its candidate counted. */
export function gatesOf({ kind }: RecurrentLayer): number {
  return kind === 'gru' ? 3 : 4;
}

function recurrentSizes(layer: RecurrentLayer): [kernel: number, recurrent: number, bias: number] {
  const width = gatesOf(layer) * layer.units;
  return [layer.inputs * width, layer.units * width, layer.bias ? width : 0];
}
