import { stepPerCoordinate } from './coordinate-wise.ts';
import type { EachStrategy } from './strategy.ts';

export interface MedianSettings {
  /** Step along the median; 1 by default. */
  readonly serverLearningRate?: number;
}

/**
 * Coordinate-wise median (Yin et al. 2018, Definition 1 and Algorithm 1, option I): whatever fewer than half
 * of the devices send, each coordinate of the step stays between what the others sent. Every device counts
 * alike, since a device could lie about its weight.
 */
export function median({ serverLearningRate = 1 }: MedianSettings = {}): EachStrategy<Record<string, never>> {
  return {
    name: 'median',
    consumes: 'each',
    init: () => ({}),
    apply: (state, model, updates) => ({
      state,
      model: stepPerCoordinate(model, updates, serverLearningRate, middle),
    }),
  };
}

/** Returns the middle one of ascending values, or the mean of the middle two. */
export function middle(ascending: Float32Array): number {
  const half = ascending.length >> 1;
  const upper = ascending[half]!;
  return ascending.length % 2 === 1 ? upper : (ascending[half - 1]! + upper) / 2;
}
