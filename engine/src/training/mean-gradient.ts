/** Number of values of a weight; `isTrainable` is true if a gradient moves them. */
export interface WeightSize {
  readonly size: number;
  readonly isTrainable: boolean;
}

/**
 * Mean gradient of the steps that led to `delta` by corrected gradients, without the correction: (x − y) /
 * (Kη) − correction, where `stretch` is Kη, the steps times their size (SCAFFOLD: Karimireddy et al. 2020,
 * Algorithm 1, option II). 0 for weights that no gradient moves, such as moving statistics.
 *
 * @param sizes of the weights, in the order of the layout.
 */
export function meanGradient(
  sizes: readonly WeightSize[],
  delta: Float32Array,
  correction: Float32Array,
  stretch: number,
): Float32Array {
  const gradient = new Float32Array(delta.length);
  let at = 0;
  for (const { size, isTrainable } of sizes) {
    const end = at + size;
    if (isTrainable) for (let i = at; i < end; i++) gradient[i] = -delta[i]! / stretch - correction[i]!;
    at = end;
  }
  return gradient;
}
