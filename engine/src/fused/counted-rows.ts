import type { Address } from './kernels.ts';

/** Rows of a batch that count in the loss, with their weights (`shares`) and labels. */
export interface LossRows {
  readonly count: number;
  /** Row numbers in the part before: `[count]`. */
  readonly indices: Address;
  readonly labels: Address;
  readonly shares: Address;
}
