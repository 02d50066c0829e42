import { strategyOf } from '@murmuration/privacy/mechanisms/mechanism';
import { canary } from '@murmuration/simulations/adversaries/canary';
import type { Released } from './released.ts';

/** Scores of canaries that took part, and of others that could have, in the same rounds. */
export interface Scores {
  readonly present: Float64Array;
  readonly absent: Float64Array;
}

/** Directions that no device sent, per canary. */
const absentEach = 3;

/**
 * Computes the optimal test statistic for a canary whose rounds are known: the decorrelated releases C r,
 * along the canary's direction, with each version weighted by C applied to the canary's rounds. Leaves out
 * canaries with fewer than `leastParts` parts.
 */
export function scoresOf(
  { sums, contributors, shared }: Released,
  canaries: readonly number[],
  seed: number,
  leastParts: number,
): Scores {
  const rounds = sums.length;
  const strategy = strategyOf({ noise: shared, rounds });
  const count = sums[0]!.length;
  const independent = sums.map((_, t) => {
    const sum = new Float64Array(count);
    for (let j = 0; j <= t; j++) {
      const factor = strategy[j]!;
      const earlier = sums[t - j]!;
      for (let i = 0; i < count; i++) sum[i] = sum[i]! + factor * earlier[i]!;
    }
    return sum;
  });
  const present: number[] = [];
  const absent: number[] = [];
  for (const device of canaries) {
    const parts = contributors.flatMap((all, t) => (all.includes(device) ? [t] : []));
    if (parts.length < leastParts) continue;
    const pattern = patternOf(parts, strategy);
    const weighed = new Float64Array(count);
    for (const [t, weight] of pattern.entries()) {
      if (weight === 0) continue;
      const values = independent[t]!;
      for (let i = 0; i < count; i++) weighed[i] = weighed[i]! + weight * values[i]!;
    }
    present.push(along(weighed, canary(seed, device, count, 1)));
    for (let other = 1; other <= absentEach; other++)
      absent.push(along(weighed, canary(seed + 1_000_003 * other, device, count, 1)));
  }
  return { present: Float64Array.from(present), absent: Float64Array.from(absent) };
}

/** Returns the strategy applied to parts in these rounds, normalised to length 1. */
function patternOf(parts: readonly number[], strategy: Float64Array): Float64Array {
  const pattern = new Float64Array(strategy.length);
  for (const part of parts)
    for (let t = part; t < pattern.length; t++) pattern[t] = pattern[t]! + strategy[t - part]!;
  const length = Math.sqrt(pattern.reduce((sum, value) => sum + value * value, 0));
  return pattern.map(value => value / length);
}

function along(values: Float64Array, direction: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * direction[i]!;
  return sum;
}
