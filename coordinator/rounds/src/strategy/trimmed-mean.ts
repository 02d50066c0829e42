import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { stepPerCoordinate } from './coordinate-wise.ts';
import type { EachStrategy } from './strategy.ts';

export interface TrimmedMeanSettings {
  /** Step along the mean; 1 by default. */
  readonly serverLearningRate?: number;
  /**
   * β, share of the updates that is cut off at each end of a coordinate, from 0 to less than a half; 0.1 by
   * default.
   */
  readonly trim?: number;
}

/**
 * Coordinate-wise trimmed mean (Yin et al. 2018, Definition 2 and Algorithm 1, option II): the mean of each
 * coordinate without its ⌊βm⌋ largest and smallest of m values, so that as many devices can't move it beyond
 * what the others sent. Every device counts alike. Throws `config.invalid` for a share out of range.
 */
export function trimmedMean({
  serverLearningRate = 1,
  trim = 0.1,
}: TrimmedMeanSettings = {}): EachStrategy<Record<string, never>> {
  if (!(trim >= 0 && trim < 0.5))
    throw new MurmurationError(
      'config.invalid',
      `trimmedMean: trim is a share from 0 to less than 0.5; found ${trim}.`,
    );
  return {
    name: 'trimmedMean',
    consumes: 'each',
    init: () => ({}),
    apply: (state, model, updates) => {
      // Plus a rounding error: 100 × 0.29 is a little below 29.
      const cut = Math.floor(trim * updates.length + 1e-9);
      const meanWithin = (ascending: Float32Array) => {
        let sum = 0;
        for (let i = cut; i < ascending.length - cut; i++) sum += ascending[i]!;
        return sum / (ascending.length - 2 * cut);
      };
      return { state, model: stepPerCoordinate(model, updates, serverLearningRate, meanWithin) };
    },
  };
}
