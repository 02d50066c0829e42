/**
 * Rows of a batch: `batch` sequences of `steps` positions. In the kernels' memory all rows of one step lie
 * side by side.
 */
export interface Extent {
  readonly steps: number;
  readonly batch: number;
}
