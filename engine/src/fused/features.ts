import type { Extent } from './extent.ts';
import type { Address } from './kernels.ts';

/**
 * First part of a running model: turns a batch of inputs into rows of features, from which the dense layers
 * make logits.
 */
export interface Features {
  readonly width: number;
  /** True if each position of a sequence has a row; false if each sequence has one. */
  readonly everyPosition: boolean;
  /** True if any of its layers needs gradients. */
  readonly learns: boolean;
  /**
   * Extent of a batch whose inputs have this shape. Throws `RangeError` for one that does not fit the model.
   */
  extentOf(shape: readonly number[]): Extent;
  /** Reserves memory for batches up to this extent. */
  reserve(extent: Extent): void;
  /** Fills constants into memory; called after `reserve`, once the memory is committed. */
  prepare(): void;
  /** Sets the seed of random draws (dropout) in the next steps. */
  seed(seed: number): void;
  /** Copies the inputs of a batch. Throws `RangeError` for tokens that have no row. */
  read(values: ArrayLike<number>, extent: Extent): void;
  /** Packs weights, which may have changed, and sets the state of all sequences to zero. */
  begin(extent: Extent): void;
  /** Runs over the inputs of the last `read`. */
  forward(extent: Extent): void;
  /**
   * Address of the outputs after `forward`: rows of `width`, all positions step by step, or one for each
   * input.
   */
  output(extent: Extent): Address;
  /** Zeroes the gradients of the outputs and returns their address; 0 if nothing learns. */
  clearGradients(extent: Extent): Address;
  /**
   * Computes the gradients of all weights from those of the outputs. The gradient of an embedding's table is
   * either whole, or only of the rows that were looked up.
   */
  backward(extent: Extent, whole: boolean): void;
}
