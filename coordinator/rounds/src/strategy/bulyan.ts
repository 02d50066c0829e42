import type { Mean } from '@murmuration/protocol/weights/quantize';
import { requireAttackers } from './assumed-attackers.ts';
import { stepPerCoordinate } from './coordinate-wise.ts';
import { inOwnOrder, squaredDistances } from './distances.ts';
import { krumScores } from './krum.ts';
import { middle } from './median.ts';
import type { EachStrategy } from './strategy.ts';

export interface BulyanSettings {
  /** Step along the result of the rule; 1 by default. */
  readonly serverLearningRate?: number;
  /** f, number of updates assumed to be attackers'; Bulyan's guarantee holds from 4f + 3 updates on. */
  readonly attackers: number;
}

/**
 * Bulyan (El Mhamdi, Guerraoui & Rouault 2018, §4): chooses θ = n − 2f updates by Krum, one after the other;
 * each coordinate of the step is then the mean of the θ − 2f values nearest to their median. So an attacker
 * can't hide one wild coordinate in an update that is near all others. Every device counts alike. Throws
 * `config.invalid` for settings out of range.
 */
export function bulyan({
  serverLearningRate = 1,
  attackers,
}: BulyanSettings): EachStrategy<Record<string, never>> {
  const assumed = requireAttackers('bulyan', attackers);
  return {
    name: 'bulyan',
    consumes: 'each',
    fewest: 4 * assumed + 3,
    init: () => ({}),
    apply(state, model, updates) {
      const chosen = chooseByKrum(inOwnOrder(updates), assumed);
      const nearest = Math.max(1, chosen.length - 2 * assumed);
      const reduce = (ascending: Float32Array) => meanOfNearest(ascending, middle(ascending), nearest);
      return { state, model: stepPerCoordinate(model, chosen, serverLearningRate, reduce) };
    },
  };
}

/** Chooses θ = n − 2f updates, one at least: each time the one that Krum would choose of the rest. */
function chooseByKrum(updates: readonly Mean[], attackers: number): Mean[] {
  const distances = squaredDistances(updates);
  let rest = Array.from(updates.keys());
  const chosen: Mean[] = [];
  for (let left = Math.max(1, updates.length - 2 * attackers); left > 0; left--) {
    const scores = krumScores(distances, rest, attackers);
    const best = rest[scores.indexOf(Math.min(...scores))]!;
    chosen.push(updates[best]!);
    rest = rest.filter(each => each !== best);
  }
  return chosen;
}

/**
 * Returns the mean of the `count` ascending values nearest to `reference`; of two equally near ones it takes
 * the lower.
 */
export function meanOfNearest(ascending: Float32Array, reference: number, count: number): number {
  let [from, to] = [0, ascending.length];
  while (to - from > count)
    if (reference - ascending[from]! > ascending[to - 1]! - reference) from += 1;
    else to -= 1;
  return ascending.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
}
