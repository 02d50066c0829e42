import { type AssignmentId, type DeviceId, randomId } from '@murmuration/protocol/ids/ids';
import type { Member } from '@murmuration/rounds/round/cohort';
import { dealGroups, groupOf, membersIn } from '@murmuration/rounds/round/groups';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const membersOf = (count: number, seed: number): Member[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => ({
    device: `device-${i}` as DeviceId,
    assignment: randomId<AssignmentId>(random),
  }));
};

const sizes = (members: readonly Member[], groups: number) =>
  Array.from({ length: groups }, (_, group) => membersIn(members, new Set([group])).length);

describe('GR1: the dealing of groups', () => {
  it('gives everybody one group, of sizes that differ by one at most, in whatever order they are named', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (count, groups, seed) => {
          const members = membersOf(count, seed);
          const dealt = dealGroups(members, groups);
          expect(dealt.map(({ device }) => device)).toEqual(members.map(({ device }) => device));
          const all = sizes(dealt, groups);
          expect(all.reduce((sum, size) => sum + size)).toBe(count);
          expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
          const reversed = dealGroups(members.toReversed(), groups).toReversed();
          expect(reversed.map(groupOf)).toEqual(dealt.map(groupOf));
        },
      ),
    );
  });

  it('puts two devices together as often as chance does, whenever they came', () => {
    let together = 0;
    const draws = 3_000;
    for (let seed = 0; seed < draws; seed++) {
      const [first, second] = dealGroups(membersOf(40, seed), 10);
      together += Number(groupOf(first!) === groupOf(second!));
    }
    // 3 of 39 others; six standard deviations.
    expect(Math.abs(together / draws - 3 / 39)).toBeLessThan(6 * Math.sqrt(((3 / 39) * (36 / 39)) / draws));
  });
});
