import { MurmurationError } from '../errors/errors.ts';
import { type Estimate, z } from './intervals.ts';
import type { DistinctQuery } from './query.ts';

/** Estimated number of different values on all devices of a query that counts devices per bucket. */
export interface DistinctEstimate {
  /** Estimate with its 95 % interval for the devices that answered. */
  readonly distinct: Estimate;
  /** Standard error. */
  readonly error: number;
}

/**
 * Linear counting (Whang, Vander-Zanden and Taylor 1990): n values leave about m e^(−n/m) of m buckets empty.
 * Throws `config.invalid` if none is empty, since no estimate is possible then.
 */
export function distinctOf({ name, buckets }: DistinctQuery, sum: Int32Array): DistinctEstimate {
  const full = sum.reduce((all, devices) => all + (devices > 0 ? 1 : 0), 0);
  if (full === buckets)
    throw new MurmurationError(
      'config.invalid',
      `The query "${name}": all of its ${buckets} buckets are full, so that there are more values than it can count; give it more buckets.`,
    );
  const load = -Math.log1p(-full / buckets);
  const value = buckets * load;
  const error = Math.sqrt(buckets * Math.max(0, Math.expm1(load) - load));
  // Each full bucket has at least one value of its own.
  return { distinct: { value, low: Math.max(full, value - z * error), high: value + z * error }, error };
}
