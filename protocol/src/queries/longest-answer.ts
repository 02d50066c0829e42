import { MurmurationError } from '../errors/errors.ts';
import { placesOf } from './evaluation.ts';
import type { Query } from './query.ts';

/**
 * Longest L2 norm of a device's answer as ring elements: the sum moves at most this far if zeros replace it.
 * Throws `config.invalid` for the kinds whose sums take no noise.
 */
export function longestAnswer(query: Query): number {
  switch (query.kind) {
    case 'count':
      return 1;
    case 'sum':
      return query.levels;
    case 'mean':
      // The level, and its square in units of all levels.
      return query.levels * Math.SQRT2;
    case 'histogram':
    case 'top':
      // All values in one bin.
      return query.values;
    case 'evaluation': {
      // For each part: a flag for examples, their number, and for each metric of each version a level and its
      // square.
      const numbers = 2 + 2 * placesOf(query) * query.metrics.length;
      return query.levels * Math.sqrt((1 + query.slices.length) * numbers);
    }
    default:
      throw new MurmurationError('config.invalid', `A query of the kind ${query.kind} takes no noise.`);
  }
}
