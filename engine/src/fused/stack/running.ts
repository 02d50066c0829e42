import type { Address } from '../kernels.ts';

/** Layer of a stack with memory for its values. */
export interface PlacedLayer {
  /** Number of output values per row. */
  readonly size: number;
  /** Address of the outputs of `forward`: `[rows, size]`. */
  readonly output: Address;
  /**
   * Number of floats that the layer needs only while it runs, and shares with other layers; left out if it
   * needs none.
   */
  temporary?(rows: number): number;
  /** Sets the address of the temporary floats; called before `forward`. */
  useTemporary?(at: Address): void;
  /** Reserves memory for up to `rows` rows. */
  reserve(rows: number): void;
  /**
   * Writes constants to memory; called after `reserve`, once the memory is committed. Left out if there are
   * none.
   */
  prepare?(): void;
  forward(rows: number, x: Address): void;
  /**
   * Computes the gradients of the weights, and those of `x` into `inputGradients`, unless that is 0; called
   * after `forward`. May overwrite `outputGradients`.
   */
  backward(rows: number, x: Address, outputGradients: Address, inputGradients: Address): void;
}
