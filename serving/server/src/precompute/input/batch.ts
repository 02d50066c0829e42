import type { Tensor } from '@murmuration/inference-client/tensors/tensor';

/** A row that can't be used. */
export interface RowFailure {
  /** Where it stands: the line of a file, or the number of the row of anything else, from 1 up. */
  readonly line: number;
  /** Its key, where it has one. */
  readonly key: string | null;
  readonly reason: string;
}

/** Rows that can run together: the tensors have them along their first dimension. */
export interface RowGroup {
  readonly keys: readonly string[];
  readonly lines: readonly number[];
  readonly inputs: readonly Tensor[];
}

/** What was read in one go. */
export interface RowBatch {
  /** Rows that were read, those that can't be used included. */
  readonly read: number;
  readonly groups: readonly RowGroup[];
  readonly failures: readonly RowFailure[];
  /** How much of the inputs has been read by now, 0 to 1; null where nobody can know. */
  readonly share: number | null;
}
