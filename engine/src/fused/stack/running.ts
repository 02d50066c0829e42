import type { Address } from '../kernels.ts';

/** A layer of a stack at work. */
export interface Running {
  /** Values that come out of one row. */
  readonly size: number;
  /** What came out of `forward`: `[rows, size]`. */
  readonly output: Address;
  /** Floats that the layer needs while it runs alone; left out by one that needs none. */
  temporary?(rows: number): number;
  /** Where these lie; to be called before `forward`. */
  useTemporary?(at: Address): void;
  /** Reserves what `rows` rows need, at most. */
  reserve(rows: number): void;
  /** To be called after `reserve`, once the memory is there; left out by one that has nothing to write there. */
  prepare?(): void;
  forward(rows: number, x: Address): void;
  /**
   * After `forward`: gradients of the weights, and of `x` into `inputGradients`, where it is not 0. `outputGradients`, those of the output, may be
   * overwritten.
   */
  backward(rows: number, x: Address, outputGradients: Address, inputGradients: Address): void;
}
