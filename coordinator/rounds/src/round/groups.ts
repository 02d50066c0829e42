import type { Member } from './cohort.ts';

/** Division of a masked cohort into groups, each with its own graph and sum. */
export interface Grouping {
  readonly count: number;
  /** Updates that a group needs for its sum to be opened. */
  readonly smallest: number;
}

/** Returns the group of a member, from 0; 0 if the cohort is one sum. */
export const groupOf = ({ group = 0 }: Member): number => group;

/**
 * Deals members to `count` groups whose sizes differ by one at most. It goes by the order of the assignments,
 * which are random and unknown to a device until it gets its own, so that no device chooses its group.
 */
export function dealGroups(members: readonly Member[], count: number): readonly Member[] {
  if (count === 1) return members;
  const order = members.map(({ assignment }) => assignment).sort();
  const places = new Map(order.map((assignment, place) => [assignment, place % count]));
  return members.map(member => ({ ...member, group: places.get(member.assignment)! }));
}

export function membersIn(members: readonly Member[], groups: ReadonlySet<number>): readonly Member[] {
  return members.filter(member => groups.has(groupOf(member)));
}
