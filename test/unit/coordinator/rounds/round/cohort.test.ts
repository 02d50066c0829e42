import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';
import {
  cohortOf,
  depart,
  joined,
  type Member,
  maySend,
  memberOf,
  membersAt,
  type Standing,
  stand,
  standingOf,
  withdraw,
  without,
} from '@murmuration/rounds/round/cohort';
import { describe, expect, it } from 'vitest';

const at = (name: string) => name as AssignmentId;
const member = (name: string): Member => ({ device: `device ${name}` as DeviceId, assignment: at(name) });
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(member) as [Member, Member, Member, Member];
const four = cohortOf([a, b, c, d]);

describe('a cohort', () => {
  it('begins with all at work but those that are gone', () => {
    expect(four).toMatchObject({ count: { working: 4, away: 0, counted: 0, left: 0 }, gone: new Set() });
    const fewer = cohortOf([a, b, c], new Set([at('b')]));
    expect(fewer.standings).toEqual(['working', 'left', 'working']);
    expect(fewer.count).toEqual({ working: 2, away: 0, counted: 0, left: 1 });
  });

  it('knows its members by their assignments, and no others', () => {
    expect([standingOf(four, at('a')), memberOf(four, at('d'))]).toEqual(['working', d]);
    expect([standingOf(four, at('x')), memberOf(four, at('x'))]).toEqual([undefined, undefined]);
  });

  it('takes a message of those that are at work or away', () => {
    const standings: (Standing | undefined)[] = ['working', 'away', 'counted', 'left', undefined];
    expect(standings.map(maySend)).toEqual([true, true, false, false, false]);
  });

  it('moves members that may send, and leaves others where they are', () => {
    const moved = stand(stand(stand(four, at('a'), 'counted'), at('b'), 'away'), at('c'), 'left');
    expect(moved.standings).toEqual(['counted', 'away', 'left', 'working']);
    expect(moved.count).toEqual({ working: 1, away: 1, counted: 1, left: 1 });
    expect(membersAt(moved, 'away')).toEqual([b]);
    expect(stand(moved, at('b'), 'working').count).toMatchObject({ working: 2, away: 0 });
    for (const name of ['a', 'c', 'x']) expect(stand(moved, at(name), 'working')).toBe(moved);
    expect(stand(moved, at('d'), 'working')).toBe(moved);
  });

  it('takes out of the count what a member has sent that withdraws', () => {
    const counted = stand(four, at('a'), 'counted');
    const withdrawn = withdraw(counted, at('a'));
    expect(withdrawn.count).toEqual({ working: 3, away: 0, counted: 0, left: 1 });
    expect(withdraw(withdrawn, at('a'))).toBe(withdrawn);
    expect(withdraw(four, at('x'))).toBe(four);
  });

  it('remembers as gone those alone whose message counts', () => {
    const counted = stand(four, at('a'), 'counted');
    const gone = depart(counted, at('a'));
    expect([[...gone.gone], gone.standings]).toEqual([['a'], counted.standings]);
    expect(depart(gone, at('a'))).toBe(gone);
    for (const name of ['b', 'x']) expect(depart(gone, at(name))).toBe(gone);
  });

  it('grows and shrinks with the standings of those that stay', () => {
    const two = stand(cohortOf([a, b]), at('a'), 'counted');
    const more = joined(two, [b, c]);
    expect(more).toMatchObject({ members: [a, b, c], standings: ['counted', 'working', 'working'] });
    expect(more.count).toEqual({ working: 2, away: 0, counted: 1, left: 0 });
    const fewer = without(more, new Set([at('b'), at('x')]));
    expect(fewer).toMatchObject({ members: [a, c], standings: ['counted', 'working'] });
    expect([...fewer.positions]).toEqual([
      ['a', 0],
      ['c', 1],
    ]);
    expect(fewer.count).toEqual({ working: 1, away: 0, counted: 1, left: 0 });
  });
});
