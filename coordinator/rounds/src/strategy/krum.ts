import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { requireAttackers } from './assumed-attackers.ts';
import { inOwnOrder, plainMean, squaredDistances, stepAlong } from './distances.ts';
import type { EachStrategy } from './strategy.ts';

export interface KrumSettings {
  /** Step along the chosen update; 1 by default. */
  readonly serverLearningRate?: number;
  /** f, number of updates assumed to be attackers'; Krum's guarantee holds from 2f + 3 updates on. */
  readonly attackers: number;
}

export interface MultiKrumSettings extends KrumSettings {
  /** m, updates whose mean is taken; by default n − f − 2 of n, the most for which the guarantee holds. */
  readonly keep?: number;
}

/**
 * Krum (Blanchard et al. 2017, §4): the one update that is closest to its n − f − 2 nearest others, by the
 * sum of the squared distances. One device's update becomes the step, as it is. Every device counts alike.
 * Throws `config.invalid` for settings out of range.
 */
export function krum({
  serverLearningRate = 1,
  attackers,
}: KrumSettings): EachStrategy<Record<string, never>> {
  return { ...multiKrum({ serverLearningRate, attackers, keep: 1 }), name: 'krum' };
}

/**
 * Multi-Krum (Blanchard et al. 2017, §5): the mean of the m updates with the best scores of Krum. Throws
 * `config.invalid` for settings out of range.
 */
export function multiKrum({
  serverLearningRate = 1,
  attackers,
  keep,
}: MultiKrumSettings): EachStrategy<Record<string, never>> {
  const assumed = requireAttackers('multiKrum', attackers);
  if (keep !== undefined && !(Number.isSafeInteger(keep) && keep >= 1))
    throw new MurmurationError(
      'config.invalid',
      `multiKrum: keep is a whole number of updates, 1 or more; found ${keep}.`,
    );
  return {
    name: 'multiKrum',
    consumes: 'each',
    fewest: Math.max(2 * assumed + 3, keep ?? 1),
    init: () => ({}),
    apply(state, model, updates) {
      const most = keep ?? Math.max(1, updates.length - assumed - 2);
      const chosen = byScore(inOwnOrder(updates), assumed).slice(0, most);
      return { state, model: stepAlong(model, plainMean(chosen), serverLearningRate) };
    },
  };
}

/** Sorts the updates by their scores of Krum, best first. */
function byScore(updates: readonly Mean[], attackers: number): Mean[] {
  const scores = krumScores(squaredDistances(updates), Array.from(updates.keys()), attackers);
  return updates
    .map((update, i) => ({ update, score: scores[i]! }))
    .sort((a, b) => a.score - b.score)
    .map(({ update }) => update);
}

/**
 * Returns Krum's score of each of `members`, places in the matrix of squared distances: the sum of the
 * distances to the n − f − 2 nearest other members. Sums one at least, though fewer than 2f + 3 members give
 * no guarantee.
 */
export function krumScores(
  distances: readonly Float64Array[],
  members: readonly number[],
  attackers: number,
): number[] {
  const nearest = Math.max(1, members.length - attackers - 2);
  return members.map(i =>
    Float64Array.from(members.filter(j => j !== i).map(j => distances[i]![j]!))
      .sort()
      .subarray(0, nearest)
      .reduce((sum, distance) => sum + distance, 0),
  );
}
