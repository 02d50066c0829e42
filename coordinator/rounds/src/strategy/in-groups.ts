import type { EachStrategy, GroupsStrategy, StrategyState } from './strategy.ts';

/**
 * A rule of single updates that is given the means of masked groups instead: what it promises of devices then holds of groups, each of which
 * one attacker spoils. The task says how many there are (`masking.groups`).
 */
export function inGroups<State extends StrategyState>(rule: EachStrategy<State>): GroupsStrategy<State> {
  return { ...rule, name: `groups.${rule.name}`, consumes: 'groups' };
}
