import type { Extent } from './extent.ts';
import type { Address } from './kernels.ts';

/** The first part of a model at work: from a batch of inputs to rows of features, for which the dense layers make logits. */
export interface Features {
  /** Features of a row. */
  readonly width: number;
  /** Whether each position of a sequence has a row, or each sequence one. */
  readonly everyPosition: boolean;
  /** Whether it has layers that want the gradients of its features. */
  readonly learns: boolean;
  /** The extent of a batch whose inputs have this shape. Throws `RangeError` for one that does not fit the model. */
  extentOf(shape: readonly number[]): Extent;
  /** Reserves what batches up to this extent need. */
  reserve(extent: Extent): void;
  /** To be called after `reserve`, once the memory is there. */
  prepare(): void;
  /** Lets what is drawn at random in the next steps follow from `seed`. */
  seed(seed: number): void;
  /** Takes the inputs of a batch. Throws `RangeError` for tokens that have no row. */
  read(values: ArrayLike<number>, extent: Extent): void;
  /** Makes weights that may have changed ready, and lets all sequences begin at zero. */
  begin(extent: Extent): void;
  /** Runs over the inputs that were read. */
  forward(extent: Extent): void;
  /** What comes out after `forward`: rows of `width`, all positions step by step, or one for each input. */
  output(extent: Extent): Address;
  /** Zeroes the gradients of what came out, and says where they lie; 0 where nothing learns. */
  clearGradients(extent: Extent): Address;
  /**
   * Gradients of all weights, once those of what came out are in; that of an embedding's table is either whole, or only of the
   * rows that were looked up.
   */
  backward(extent: Extent, whole: boolean): void;
}
