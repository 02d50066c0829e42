import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { inOwnOrder, squaredDistance, stepAlong } from './distances.ts';
import { middle } from './median.ts';
import type { EachStrategy } from './strategy.ts';

export interface GeometricMedianSettings {
  /** Step along the median; 1 by default. */
  readonly serverLearningRate?: number;
  /** Most passes over the updates of a round; 64 by default. */
  readonly passes?: number;
  /** ν, distance below which the weight of an update no longer grows; 1e-6 by default. */
  readonly smoothing?: number;
}

/** Relative movement of the median below which a pass is the last. */
const convergedMovement = 1e-7;

/**
 * Geometric median by the smoothed Weiszfeld algorithm (Pillutla, Kakade & Harchaoui 2022, "Robust
 * Aggregation for Federated Learning", Algorithm 2): the vector with the least sum of distances to the
 * updates, which fewer than half of the devices can't carry away. Every device counts alike. Throws
 * `config.invalid` for settings out of range.
 */
export function geometricMedian({
  serverLearningRate = 1,
  passes = 64,
  smoothing = 1e-6,
}: GeometricMedianSettings = {}): EachStrategy<Record<string, never>> {
  if (!(Number.isSafeInteger(passes) && passes >= 1))
    throw new MurmurationError(
      'config.invalid',
      `geometricMedian: passes is a whole number, 1 or more; found ${passes}.`,
    );
  if (!(smoothing > 0))
    throw new MurmurationError(
      'config.invalid',
      `geometricMedian: smoothing is above 0; found ${smoothing}.`,
    );
  return {
    name: 'geometricMedian',
    consumes: 'each',
    init: () => ({}),
    apply(state, model, updates) {
      const deltas = inOwnOrder(updates).map(({ delta }) => delta);
      let found = startOf(deltas);
      for (let pass = 0; pass < passes; pass++) {
        const next = weighted(
          deltas,
          deltas.map(delta => 1 / Math.max(smoothing, Math.sqrt(squaredDistance(delta, found)))),
        );
        const moved = squaredDistance(next, found);
        found = next;
        if (moved <= convergedMovement ** 2 * squaredDistance(found, new Float64Array(found.length))) break;
      }
      return { state, model: stepAlong(model, found, serverLearningRate) };
    },
  };
}

/** Returns the coordinate-wise median, which is already near. */
function startOf(deltas: readonly Float32Array[]): Float64Array {
  const values = new Float32Array(deltas.length);
  return Float64Array.from(deltas[0]!, (_, i) => {
    for (const [u, delta] of deltas.entries()) values[u] = delta[i]!;
    return middle(values.sort());
  });
}

function weighted(deltas: readonly Float32Array[], weights: readonly number[]): Float64Array {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = new Float64Array(deltas[0]!.length);
  for (const [u, delta] of deltas.entries()) {
    const share = weights[u]! / all;
    for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + share * delta[i]!;
  }
  return mean;
}
