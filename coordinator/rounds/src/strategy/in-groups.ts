import type { EachStrategy, GroupsStrategy, StrategyState } from './strategy.ts';

/**
 * Applies a rule of single updates to the means of masked groups: its guarantee for devices then holds for
 * groups, where one attacker spoils one. The task sets their number (`masking.groups`).
 */
export function inGroups<State extends StrategyState>(rule: EachStrategy<State>): GroupsStrategy<State> {
  return { ...rule, name: `groups.${rule.name}`, consumes: 'groups' };
}
