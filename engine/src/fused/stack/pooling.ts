import type { Address } from '../kernels.ts';
import type { Workspace } from '../workspace.ts';
import { outputSize, type PoolingLayer } from './layers.ts';
import type { PlacedLayer } from './running.ts';
import { WindowRegion } from './window.ts';

/** Maximum or mean of each window. Of several equal values, the first is the maximum. */
export class Pooling implements PlacedLayer {
  readonly size: number;
  readonly #workspace: Workspace;
  readonly #layer: PoolingLayer;
  readonly #window: WindowRegion;
  #output = 0;
  /** Index of each highest value within its window. */
  #places = 0;

  constructor(workspace: Workspace, layer: PoolingLayer) {
    this.#workspace = workspace;
    this.#layer = layer;
    this.#window = new WindowRegion(workspace, layer.window);
    this.size = outputSize(layer);
  }

  get output(): Address {
    return this.#output;
  }

  reserve(rows: number): void {
    this.#output = this.#workspace.reserve(rows * this.size);
    if (this.#layer.kind === 'maxPooling') this.#places = this.#workspace.reserve(rows * this.size);
    this.#window.reserve();
  }

  prepare(): void {
    this.#window.write();
  }

  forward(rows: number, x: Address): void {
    const { kernels } = this.#workspace;
    if (this.#layer.kind === 'maxPooling')
      kernels.maxPool(this.#window.address, rows, x, this.#output, this.#places);
    else kernels.averagePool(this.#window.address, rows, x, this.#output);
  }

  backward(rows: number, _: Address, outputGradients: Address, inputGradients: Address): void {
    if (inputGradients === 0) return;
    const { kernels } = this.#workspace;
    const { height, width, channels } = this.#layer.window;
    this.#workspace.zero(inputGradients, rows * height * width * channels);
    if (this.#layer.kind === 'maxPooling')
      kernels.maxPoolGradient(this.#window.address, rows, outputGradients, this.#places, inputGradients);
    else kernels.averagePoolGradient(this.#window.address, rows, outputGradients, inputGradients);
  }
}
