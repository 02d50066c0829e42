import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { smallestSumByDefault } from '@murmuration/protocol/secagg/assumptions';
import { wrongTask } from '../configuration/config-error.ts';
import type { Strategy } from '../strategy/strategy.ts';
import type { Task } from './task.ts';

/** Smallest sum that devices accept if their app sets no floor. */
export const smallestGroupByDefault = smallestSumByDefault;

/**
 * Throws `config.invalid` if a strategy and the task's groups don't fit each other, or if a cohort is too
 * small for its groups, with the numbers that would fit.
 */
export function requireGroups(
  strategy: Strategy,
  groups: Task['groups'],
  { goal, minimum }: Task['cohort'],
  isMasked: boolean,
): void {
  const { name } = strategy;
  if (strategy.consumes !== 'groups') {
    if (groups)
      throw wrongTask(
        `masking.groups must be 1 for the strategy ${name}, not ${groups.count}; groups are for strategies such as inGroups(trimmedMean())`,
      );
    return;
  }
  if (!isMasked)
    throw wrongTask(
      `the strategy ${name} takes the means of masked groups, and masking is off; use the rule without inGroups(…), which takes single updates`,
    );
  const { fewest = 2 } = strategy;
  if (!groups || groups.count < fewest)
    throw wrongTask(
      `masking.groups must be at least ${Math.max(2, fewest)} for the strategy ${name}, not ${groups?.count ?? 1}`,
    );
  const { count, smallest } = groups;
  if (minimum < count * smallest) {
    const most = Math.floor(minimum / smallest);
    throw new MurmurationError(
      'config.invalid',
      `The task: cohort.minimum must be at least ${count * smallest} for ${count} groups of at least ${smallest} updates, not ${minimum} (of a goal of ${goal})${most > 1 ? `; it would be enough for ${most} groups` : ''}.`,
    );
  }
}
