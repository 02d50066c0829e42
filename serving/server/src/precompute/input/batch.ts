import type { Tensor } from '@murmuration/inference-client/tensors/tensor';

/** Row that can't be used. */
export interface RowFailure {
  /** Line of a file, or number of the row in other inputs, from 1. */
  readonly line: number;
  /** Key; null if the row has none. */
  readonly key: string | null;
  readonly reason: string;
}

/** Rows that can run together: the tensors have them along their first dimension. */
export interface RowGroup {
  readonly keys: readonly string[];
  readonly lines: readonly number[];
  readonly inputs: readonly Tensor[];
}

/** Rows read in one go. */
export interface RowBatch {
  /** Number of rows read, including unusable ones. */
  readonly read: number;
  readonly groups: readonly RowGroup[];
  readonly failures: readonly RowFailure[];
  /** Share of the inputs read so far, 0 to 1; null if unknown. */
  readonly share: number | null;
}
