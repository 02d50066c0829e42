import { blocksOf } from '../blocks.ts';
import { type Address, activations } from '../kernels.ts';
import type { ConvolutionParameters } from '../parameters.ts';
import { spansOf } from '../threads/split.ts';
import type { Workspace } from '../workspace.ts';
import { outputSize } from './layers.ts';
import type { PlacedLayer } from './running.ts';
import { WindowRegion } from './window.ts';

/** Most floats of patches in memory at a time: 512 kB, so that they stay in a cache. */
const PATCHES = 131_072;

/**
 * Convolution as a matrix product: copies some rows of windows at a time out of the images, patch by patch,
 * and multiplies them by the filter. If a window is a single pixel, the image is already the matrix, and
 * nothing is copied.
 */
export class Convolution implements PlacedLayer {
  readonly size: number;
  readonly #workspace: Workspace;
  readonly #parameters: ConvolutionParameters;
  readonly #scratch: Address;
  readonly #training: boolean;
  readonly #window: WindowRegion;
  /** Values of one patch. */
  readonly #depth: number;
  /** Rows of windows whose patches are in memory at a time. */
  readonly #rowsPerBlock: number;
  #output = 0;
  #packed = 0;
  #patches = 0;

  constructor(workspace: Workspace, parameters: ConvolutionParameters, scratch: Address, training: boolean) {
    this.#workspace = workspace;
    this.#parameters = parameters;
    this.#scratch = scratch;
    this.#training = training;
    const { window } = parameters.layer;
    this.size = outputSize(parameters.layer);
    this.#window = new WindowRegion(workspace, window);
    this.#depth = window.filterHeight * window.filterWidth * window.channels;
    this.#rowsPerBlock = Math.max(1, Math.floor(PATCHES / (window.outWidth * this.#depth)));
  }

  get output(): Address {
    return this.#output;
  }

  /** Floats of the patches of one block. */
  temporary(rows: number): number {
    const { outHeight, outWidth } = this.#parameters.layer.window;
    if (this.#pointwise) return 0;
    return Math.min(this.#rowsPerBlock, rows * outHeight) * outWidth * this.#depth;
  }

  useTemporary(at: Address): void {
    this.#patches = at;
  }

  reserve(rows: number): void {
    const workspace = this.#workspace;
    const { packedBytes } = workspace.kernels;
    const { filters } = this.#parameters.layer;
    this.#output = workspace.reserve(rows * this.size);
    this.#window.reserve();
    if (this.#pointwise) return;
    const forward = packedBytes(this.#depth, filters);
    const backward = this.#training ? packedBytes(filters, this.#depth) : 0;
    this.#packed = workspace.reserveBytes(Math.max(forward, backward));
  }

  prepare(): void {
    this.#window.write();
  }

  forward(rows: number, x: Address): void {
    const { kernels } = this.#workspace;
    const { layer, filter, bias } = this.#parameters;
    const { filters, window, activation } = layer;
    const depth = this.#depth;
    if (this.#pointwise) {
      const pixels = rows * window.height * window.width;
      // biome-ignore format: one line for each matrix
      kernels.multiply(
        pixels, filters, depth, x, depth, 0, filter.value, filters, 0,
        this.#output, filters, 0, bias?.value ?? 0, this.#scratch,
      );
      kernels.activate(activation, pixels * filters, this.#output);
      return;
    }
    kernels.pack(depth, filters, filter.value, filters, 0, this.#packed);
    for (const [first, count] of blocksOf(rows * window.outHeight, this.#rowsPerBlock)) {
      const pixels = count * window.outWidth;
      const to = this.#output + 4 * first * window.outWidth * filters;
      this.#gather(first, count, x);
      // biome-ignore format: one line for each matrix
      kernels.multiplyPacked(
        pixels, filters, depth, this.#patches, depth, 0, this.#packed,
        to, filters, 0, bias?.value ?? 0, this.#scratch,
      );
      kernels.activate(activation, pixels * filters, to);
    }
  }

  backward(rows: number, x: Address, outputGradients: Address, inputGradients: Address): void {
    const { kernels } = this.#workspace;
    const { layer, filter, bias } = this.#parameters;
    const { filters, window } = layer;
    const depth = this.#depth;
    const all = rows * window.outHeight * window.outWidth;
    if (layer.activation !== activations.linear)
      kernels.activationGradient(layer.activation, all * filters, this.#output, outputGradients);
    if (bias?.learns) kernels.columnSums(all, filters, outputGradients, bias.gradient, 0);
    if (this.#pointwise) {
      if (filter.learns) this.#filterGradient(all, x, outputGradients, false);
      if (inputGradients === 0) return;
      // biome-ignore format: one line for each matrix
      kernels.multiply(
        all, depth, filters, outputGradients, filters, 0, filter.value, filters, 1,
        inputGradients, depth, 0, 0, this.#scratch,
      );
      return;
    }
    if (inputGradients > 0) {
      kernels.pack(filters, depth, filter.value, filters, 1, this.#packed);
      this.#workspace.zero(inputGradients, rows * window.height * window.width * window.channels);
    }
    for (const [first, count] of blocksOf(rows * window.outHeight, this.#rowsPerBlock)) {
      const pixels = count * window.outWidth;
      const from = outputGradients + 4 * first * window.outWidth * filters;
      if (filter.learns) {
        this.#gather(first, count, x);
        this.#filterGradient(pixels, this.#patches, from, first > 0);
      }
      if (inputGradients === 0) continue;
      // biome-ignore format: one line for each matrix
      kernels.multiplyPacked(
        pixels, depth, filters, from, filters, 0, this.#packed,
        this.#patches, depth, 0, 0, this.#scratch,
      );
      kernels.addPatches(this.#window.address, first, count, this.#patches, inputGradients);
    }
  }

  #gather(first: number, count: number, x: Address): void {
    const row = 4 * this.#parameters.layer.window.outWidth * this.#depth;
    const parts = spansOf(count, this.#workspace.threads, 1, 1);
    // biome-ignore format: what is read, then what is written
    this.#workspace.together(parts.map(([from, rows]) => ['gatherPatches',
      this.#window.address, first + from, rows, x, this.#patches + from * row,
    ]));
  }

  #filterGradient(pixels: number, patches: Address, outputGradients: Address, accumulate: boolean): void {
    const { layer, filter } = this.#parameters;
    const { filters } = layer;
    // biome-ignore format: one line for each matrix
    this.#workspace.kernels.multiply(
      this.#depth, filters, pixels, patches, this.#depth, 1, outputGradients, filters, 0,
      filter.gradient, filters, Number(accumulate), 0, this.#scratch,
    );
  }

  get #pointwise(): boolean {
    const { filterHeight, filterWidth, strideHeight, strideWidth } = this.#parameters.layer.window;
    return filterHeight === 1 && filterWidth === 1 && strideHeight === 1 && strideWidth === 1;
  }
}
