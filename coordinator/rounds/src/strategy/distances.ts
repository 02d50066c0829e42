import type { Mean } from '@murmuration/protocol/weights/quantize';

/** Returns the square of the distance between two vectors of equal length, in float64. */
export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum;
}

/**
 * Returns the squared distances between all pairs: n²/2 passes over vectors of the model's length for n
 * updates.
 */
export function squaredDistances(updates: readonly Mean[]): Float64Array[] {
  const distances = updates.map(() => new Float64Array(updates.length));
  for (let i = 0; i < updates.length; i++)
    for (let j = 0; j < i; j++) {
      const distance = squaredDistance(updates[i]!.delta, updates[j]!.delta);
      distances[i]![j] = distance;
      distances[j]![i] = distance;
    }
  return distances;
}

/**
 * Sorts the updates by their values instead of their arrival: sums of floats, and choices between equals,
 * then don't depend on which came first.
 */
export function inOwnOrder(updates: readonly Mean[]): Mean[] {
  return updates.toSorted(({ delta: a }, { delta: b }) => {
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
    return 0;
  });
}

/** Returns the unweighted mean of vectors; one at least. */
export function plainMean(updates: readonly Mean[]): Float64Array {
  const mean = new Float64Array(updates[0]!.delta.length);
  for (const { delta } of updates) for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + delta[i]!;
  for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! / updates.length;
  return mean;
}

/** Returns the model after a step of size `rate` along `direction`. */
export function stepAlong(model: Float32Array, direction: ArrayLike<number>, rate: number): Float32Array {
  return model.map((value, i) => value + rate * direction[i]!);
}
