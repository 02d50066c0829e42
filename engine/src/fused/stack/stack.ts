import { sizeOf } from '@murmuration/protocol/weights/layout';
import { mixed } from '../draws.ts';
import type { Extent } from '../extent.ts';
import type { Features } from '../features.ts';
import type { Address } from '../kernels.ts';
import type { Parameters, StackParameters } from '../parameters.ts';
import type { ValueFeatures } from '../topology.ts';
import type { Workspace } from '../workspace.ts';
import { Convolution } from './convolution.ts';
import { Activate, Dropout } from './elementwise.ts';
import { Normalisation } from './normalisation.ts';
import { Pooling } from './pooling.ts';
import type { PlacedLayer } from './running.ts';
import { suitsWinograd, Winograd } from './winograd.ts';

/** First part of a model over rows of values: a stack of layers that each turn one row into one row. */
export class Stack implements Features {
  readonly everyPosition = false;
  readonly learns: boolean;
  readonly width: number;
  readonly #workspace: Workspace;
  readonly #shape: readonly number[];
  /** Number of values of an input row. */
  readonly #size: number;
  readonly #layers: readonly PlacedLayer[];
  readonly #training: boolean;
  /** First layer that needs the gradients of its outputs. */
  readonly #first: number;
  #inputs: Address = 0;
  /**
   * Gradients of the layers' outputs, in two alternating buffers: each layer needs only those of the next
   * one.
   */
  #outputGradients: readonly Address[] = [];
  #seed = 0;
  #steps = 0;

  constructor(
    workspace: Workspace,
    { shape }: ValueFeatures,
    parameters: Parameters,
    scratch: Address,
    training: boolean,
  ) {
    this.#workspace = workspace;
    this.#shape = shape;
    this.#size = sizeOf(shape);
    this.#training = training;
    this.#layers = parameters.stack.map(layer => running(workspace, layer, scratch, training));
    this.learns = parameters.featuresLearn;
    this.#first = parameters.stack.findIndex(layer => learnsIn(layer));
    this.width = this.#layers.at(-1)?.size ?? this.#size;
  }

  /** Sets the seed of random draws in the next steps. */
  seed(seed: number): void {
    this.#seed = seed;
    this.#steps = 0;
  }

  /** Extent of inputs of the model's shape with a batch axis before it, or of flat rows. */
  extentOf(shape: readonly number[]): Extent {
    const [batch, ...row] = shape;
    const isFlat = row.length === 1 && row[0] === this.#size;
    const fits =
      isFlat || (row.length === this.#shape.length && row.every((length, i) => length === this.#shape[i]));
    if (batch === undefined || !fits)
      throw new RangeError(
        `Inputs of shape [${shape}] do not fit the model, which takes [${['batch', ...this.#shape]}].`,
      );
    return { batch, steps: 1 };
  }

  reserve({ batch }: Extent): void {
    const workspace = this.#workspace;
    this.#inputs = workspace.reserve(batch * this.#size);
    for (const layer of this.#layers) layer.reserve(batch);
    const needs = this.#layers.map(layer => layer.temporary?.(batch) ?? 0);
    const temporary = workspace.reserve(Math.max(0, ...needs));
    for (const layer of this.#layers) layer.useTemporary?.(temporary);
    if (!this.#training) return;
    this.#outputGradients = [0, 1].map(turn => {
      const sizes = this.#layers.filter((_, i) => i % 2 === turn).map(({ size }) => size);
      return workspace.reserve(batch * Math.max(0, ...sizes));
    });
  }

  prepare(): void {
    for (const layer of this.#layers) layer.prepare?.();
  }

  read(values: ArrayLike<number>): void {
    this.#workspace.floats.set(values, this.#inputs / 4);
  }

  begin(): void {
    for (const [i, layer] of this.#layers.entries())
      if (layer instanceof Dropout) layer.seed(mixed(mixed(mixed(this.#seed) + this.#steps) + i));
    this.#steps += 1;
  }

  forward({ batch }: Extent): void {
    let x = this.#inputs;
    for (const layer of this.#layers) {
      layer.forward(batch, x);
      x = layer.output;
    }
  }

  output(): Address {
    return this.#layers.at(-1)?.output ?? this.#inputs;
  }

  clearGradients({ batch }: Extent): Address {
    if (!this.learns) return 0;
    const outputGradients = this.#gradientsOf(this.#layers.length - 1);
    this.#workspace.zero(outputGradients, batch * this.width);
    return outputGradients;
  }

  backward({ batch }: Extent): void {
    if (!this.learns) return;
    for (let i = this.#layers.length - 1; i >= this.#first; i--) {
      const before = this.#layers[i - 1];
      const inputGradients = i > this.#first ? this.#gradientsOf(i - 1) : 0;
      this.#layers[i]!.backward(batch, before?.output ?? this.#inputs, this.#gradientsOf(i), inputGradients);
    }
  }

  #gradientsOf(layer: number): Address {
    return this.#outputGradients[layer % 2]!;
  }
}

function learnsIn(layer: StackParameters): boolean {
  if ('filter' in layer) return layer.filter.learns;
  return 'mean' in layer && Boolean(layer.gamma?.learns || layer.beta?.learns);
}

function running(
  workspace: Workspace,
  parameters: StackParameters,
  scratch: Address,
  training: boolean,
): PlacedLayer {
  if ('filter' in parameters) {
    const Kind = suitsWinograd(parameters.layer) ? Winograd : Convolution;
    return new Kind(workspace, parameters, scratch, training);
  }
  if ('mean' in parameters) return new Normalisation(workspace, parameters, training);
  const { layer } = parameters;
  switch (layer.kind) {
    case 'activation':
      return new Activate(workspace, layer);
    case 'dropout':
      return new Dropout(workspace, layer, training);
    default:
      return new Pooling(workspace, layer);
  }
}
