import type { Address } from './kernels.ts';

/** The rows of a batch that count in the loss: what each counts, and its label. */
export interface Rows {
  readonly count: number;
  /** Which rows of the part before count: `[count]`. */
  readonly indices: Address;
  readonly labels: Address;
  readonly shares: Address;
}
