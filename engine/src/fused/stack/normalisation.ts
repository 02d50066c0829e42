import type { Address } from '../kernels.ts';
import type { NormalisationParameters } from '../parameters.ts';
import type { Workspace } from '../workspace.ts';
import { outputSize } from './layers.ts';
import type { PlacedLayer } from './running.ts';

/**
 * Batch normalisation as tfjs' layer has it. Training uses the mean and the variance of the batch, and moves
 * the moving statistics towards them; models in use and frozen layers use the moving statistics.
 */
export class Normalisation implements PlacedLayer {
  readonly size: number;
  readonly #workspace: Workspace;
  readonly #parameters: NormalisationParameters;
  readonly #training: boolean;
  /** True if it uses the statistics of the batch. */
  readonly #byBatch: boolean;
  #output = 0;
  /** Mean of the batch. */
  #mean = 0;
  /** 1 / √(variance + epsilon). */
  #inverse = 0;
  #gammaGradients = 0;
  #betaGradients = 0;

  constructor(workspace: Workspace, parameters: NormalisationParameters, training: boolean) {
    this.#workspace = workspace;
    this.#parameters = parameters;
    this.#training = training;
    this.#byBatch = training && !parameters.layer.frozen;
    this.size = outputSize(parameters.layer);
  }

  get output(): Address {
    return this.#output;
  }

  reserve(rows: number): void {
    const workspace = this.#workspace;
    const { channels } = this.#parameters.layer;
    this.#output = workspace.reserve(rows * this.size);
    this.#inverse = workspace.reserve(channels);
    if (!this.#training) return;
    this.#mean = workspace.reserve(channels);
    // A layer without scale or shift has no place for its gradient.
    // // A frozen one writes zeros as mean for its gradients.
    if (!this.#byBatch) return;
    this.#gammaGradients = this.#parameters.gamma?.gradient ?? workspace.reserve(channels);
    this.#betaGradients = this.#parameters.beta?.gradient ?? workspace.reserve(channels);
  }

  forward(rows: number, x: Address): void {
    const { kernels } = this.#workspace;
    const { layer, gamma, beta, mean } = this.#parameters;
    const { pixels, channels } = layer;
    if (this.#byBatch) this.#takeStatistics(rows * pixels, x);
    else this.#invert(this.#parameters.variance.value);
    // biome-ignore format: sizes, what is read, then what is written
    kernels.normalise(
      rows * pixels, channels, x, this.#byBatch ? this.#mean : mean.value, this.#inverse,
      gamma?.value ?? 0, beta?.value ?? 0, this.#output,
    );
  }

  backward(rows: number, x: Address, outputGradients: Address, inputGradients: Address): void {
    const { gamma, layer } = this.#parameters;
    if (!this.#byBatch) {
      this.#workspace.zero(this.#mean, layer.channels);
      // biome-ignore format: sizes, what is read, then what is written
      if (inputGradients > 0) this.#workspace.kernels.normalise(
        rows * layer.pixels, layer.channels, outputGradients, this.#mean, this.#inverse,
        gamma?.value ?? 0, 0, inputGradients,
      );
      return;
    }
    // biome-ignore format: sizes, what is read, then what is written
    this.#workspace.kernels.normalisationGradient(
      rows * layer.pixels, layer.channels, x, this.#mean, this.#inverse, gamma?.value ?? 0, outputGradients,
      this.#gammaGradients, this.#betaGradients, inputGradients,
    );
  }

  /** Takes mean and variance of the batch. An empty batch has none, and moves nothing. */
  #takeStatistics(count: number, x: Address): void {
    const { floats, kernels } = this.#workspace;
    const { layer, mean, variance } = this.#parameters;
    kernels.moments(count, layer.channels, x, this.#mean, this.#inverse);
    if (count > 0) {
      const decay = Math.fround(1 - layer.momentum);
      const move = (moving: number, batch: number) => {
        for (let i = 0; i < layer.channels; i++)
          floats[moving + i]! -= Math.fround(Math.fround(floats[moving + i]! - floats[batch + i]!) * decay);
      };
      move(mean.value / 4, this.#mean / 4);
      move(variance.value / 4, this.#inverse / 4);
    }
    this.#invert(this.#inverse);
  }

  #invert(variance: Address): void {
    const { floats } = this.#workspace;
    const { channels, epsilon } = this.#parameters.layer;
    for (let i = 0; i < channels; i++)
      floats[this.#inverse / 4 + i] = 1 / Math.sqrt(floats[variance / 4 + i]! + epsilon);
  }
}
