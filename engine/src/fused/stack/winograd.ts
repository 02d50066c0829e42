import { blocksOf } from '../blocks.ts';
import { type Address, activations } from '../kernels.ts';
import type { ConvolutionParameters, Parameter } from '../parameters.ts';
import type { Workspace } from '../workspace.ts';
import { type ConvolutionLayer, outputSize, type Window } from './layers.ts';
import type { PlacedLayer } from './running.ts';
import { WindowRegion } from './window.ts';

/** Number of points at which tiles and filters are multiplied. */
const POINTS = 36;
const points = Array.from({ length: POINTS }, (_, point) => point);
/** Side of a tile in pixels. */
const TILE = 6;
/** Approximate floats of transformed values in memory at a time: 768 kB, so that they stay in a cache. */
const BLOCK = 196_608;
/** Least number of channels and of filters; narrower products are not worth the transforms. */
const NARROW = 16;

/** True if Winograd's algorithm is faster, with a third or a quarter of the multiplications. */
export function suitsWinograd({ window, filters }: ConvolutionLayer): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, channels } = window;
  const between = (taps: number) => taps >= 3 && taps <= 5;
  const small = between(filterHeight) && between(filterWidth);
  return small && strideHeight === 1 && strideWidth === 1 && channels >= NARROW && filters >= NARROW;
}

/**
 * One direction: images through the filter, or gradients back through the turned filter, which is also a
 * convolution.
 */
interface Pass {
  readonly window: Window;
  readonly region: WindowRegion;
  /** Number of output channels. */
  readonly filters: number;
}

/** Convolution of stride 1 by Winograd's algorithm, which `engine/assembly/winograd.ts` explains. */
export class Winograd implements PlacedLayer {
  readonly size: number;
  readonly #workspace: Workspace;
  readonly #parameters: ConvolutionParameters;
  readonly #scratch: Address;
  readonly #training: boolean;
  readonly #there: Pass;
  readonly #back: Pass;
  #output = 0;
  #transformed = 0;
  #packed = 0;
  #few = 0;
  #block = 0;

  constructor(workspace: Workspace, parameters: ConvolutionParameters, scratch: Address, training: boolean) {
    this.#workspace = workspace;
    this.#parameters = parameters;
    this.#scratch = scratch;
    this.#training = training;
    const { window, filters } = parameters.layer;
    this.size = outputSize(parameters.layer);
    const turned: Window = {
      ...window,
      height: window.outHeight,
      width: window.outWidth,
      channels: filters,
      outHeight: window.height,
      outWidth: window.width,
      top: window.filterHeight - 1 - window.top,
      left: window.filterWidth - 1 - window.left,
    };
    this.#there = { window, region: new WindowRegion(workspace, window), filters };
    this.#back = {
      window: turned,
      region: new WindowRegion(workspace, turned),
      filters: window.channels,
    };
  }

  get output(): Address {
    return this.#output;
  }

  temporary(rows: number): number {
    return Math.max(...[this.#there, this.#back].map(pass => blockSize(pass, rows)));
  }

  useTemporary(at: Address): void {
    this.#block = at;
  }

  reserve(rows: number): void {
    const workspace = this.#workspace;
    const { window, filters } = this.#parameters.layer;
    const { packedBytes } = workspace.kernels;
    this.#output = workspace.reserve(rows * this.size);
    this.#few = workspace.reserve(4 * POINTS);
    this.#transformed = workspace.reserve(POINTS * window.channels * filters);
    const there = packedBytes(window.channels, filters);
    const back = this.#training ? packedBytes(filters, window.channels) : 0;
    this.#packed = workspace.reserveBytes(POINTS * Math.max(there, back));
    for (const { region } of [this.#there, this.#back]) region.reserve();
  }

  prepare(): void {
    for (const { region } of [this.#there, this.#back]) region.write();
  }

  forward(rows: number, x: Address): void {
    const { activation } = this.#parameters.layer;
    this.#pack(false);
    this.#run(this.#there, rows, x, this.#parameters.bias, this.#output);
    this.#workspace.kernels.activate(activation, rows * this.size, this.#output);
  }

  backward(rows: number, x: Address, outputGradients: Address, inputGradients: Address): void {
    const { kernels } = this.#workspace;
    const { layer, filter, bias } = this.#parameters;
    const { filters, activation } = layer;
    if (activation !== activations.linear)
      kernels.activationGradient(activation, rows * this.size, this.#output, outputGradients);
    if (bias?.learns)
      kernels.columnSums((rows * this.size) / filters, filters, outputGradients, bias.gradient, 0);
    if (inputGradients > 0) {
      this.#pack(true);
      this.#run(this.#back, rows, outputGradients, null, inputGradients);
    }
    if (filter.learns) this.#filterGradient(rows, x, outputGradients);
  }

  /**
   * Transforms and packs the filter; if `turned`, it is rotated by 180°, with channels and filters exchanged.
   */
  #pack(turned: boolean): void {
    const { kernels } = this.#workspace;
    const { layer, filter } = this.#parameters;
    const { filters, window } = layer;
    const { channels } = window;
    // biome-ignore format: what is read, then what is written
    kernels.winogradFilter(
      this.#there.region.address, filters, Number(turned), filter.value, this.#transformed, this.#few,
    );
    const [k, n] = turned ? [filters, channels] : [channels, filters];
    const bytes = kernels.packedBytes(k, n);
    for (const point of points) {
      const from = this.#transformed + 4 * point * channels * filters;
      kernels.pack(k, n, from, filters, Number(turned), this.#packed + point * bytes);
    }
  }

  #run(pass: Pass, rows: number, x: Address, bias: Parameter | null, y: Address): void {
    const { kernels } = this.#workspace;
    const { filters, window, region } = pass;
    const { channels } = window;
    const bytes = kernels.packedBytes(channels, filters);
    for (const [first, count] of blocks(pass, rows)) {
      const tiles = count * tilesAcross(window);
      const products = this.#block + 4 * POINTS * tiles * channels;
      kernels.winogradImages(region.address, first, count, x, this.#block, this.#few);
      // biome-ignore format: one line for each matrix
      this.#workspace.together(points.map(point => ['multiplyPacked',
        tiles, filters, channels, this.#block + 4 * point * tiles * channels, channels, 0,
        this.#packed + point * bytes,
        products + 4 * point * tiles * filters, filters, 0, 0, this.#scratch,
      ]));
      // biome-ignore format: what is read, then what is written
      kernels.winogradOutputs(
        region.address, filters, first, count, products, bias?.value ?? 0, y, this.#few,
      );
    }
  }

  #filterGradient(rows: number, x: Address, outputGradients: Address): void {
    const { kernels } = this.#workspace;
    const { filters, window, region } = this.#there;
    const { channels } = window;
    for (const [first, count] of blocks(this.#there, rows)) {
      const tiles = count * tilesAcross(window);
      const taps = this.#block + 4 * POINTS * tiles * channels;
      kernels.winogradImages(region.address, first, count, x, this.#block, this.#few);
      kernels.winogradGradients(region.address, filters, first, count, outputGradients, taps, this.#few);
      // biome-ignore format: one line for each matrix
      this.#workspace.together(points.map(point => ['multiply',
        channels, filters, tiles, this.#block + 4 * point * tiles * channels, channels, 1,
        taps + 4 * point * tiles * filters, filters, 0,
        this.#transformed + 4 * point * channels * filters, filters, Number(first > 0), 0, this.#scratch,
      ]));
    }
    const { gradient } = this.#parameters.filter;
    kernels.winogradFilterGradients(region.address, filters, this.#transformed, gradient, this.#few);
  }
}

function tilesAcross({ outWidth, filterWidth }: Window): number {
  return Math.ceil(outWidth / (TILE + 1 - filterWidth));
}

function tilesDown({ outHeight, filterHeight }: Window): number {
  return Math.ceil(outHeight / (TILE + 1 - filterHeight));
}

function rowsPerBlock({ window, filters }: Pass): number {
  return Math.max(1, Math.floor(BLOCK / (POINTS * tilesAcross(window) * (window.channels + filters))));
}

/** Floats of a block of tiles and its products. */
function blockSize(pass: Pass, rows: number): number {
  const { window, filters } = pass;
  const count = Math.min(rowsPerBlock(pass), rows * tilesDown(window));
  return POINTS * count * tilesAcross(window) * (window.channels + filters);
}

function blocks(pass: Pass, rows: number) {
  return blocksOf(rows * tilesDown(pass.window), rowsPerBlock(pass));
}
