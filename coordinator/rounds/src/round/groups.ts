import type { Member } from './cohort.ts';

/** How the cohort of a masked round is cut into groups, each with a graph and a sum of its own. */
export interface Grouping {
  readonly count: number;
  /** Devices without whose updates the sum of a group is not opened. */
  readonly smallest: number;
}

/** The group of a member, from 0; 0 where the cohort is one sum. */
export const groupOf = ({ group = 0 }: Member): number => group;

/**
 * Members dealt to so many groups whose sizes differ by one at most: in the order of their assignments, which are random and known to no
 * device before it has its own, so that nobody chooses its company.
 */
export function dealGroups(members: readonly Member[], count: number): readonly Member[] {
  if (count === 1) return members;
  const order = members.map(({ assignment }) => assignment).sort();
  const places = new Map(order.map((assignment, place) => [assignment, place % count]));
  return members.map(member => ({ ...member, group: places.get(member.assignment)! }));
}

/** The members of some groups. */
export function membersIn(members: readonly Member[], groups: ReadonlySet<number>): readonly Member[] {
  return members.filter(member => groups.has(groupOf(member)));
}
