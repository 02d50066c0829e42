import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';
import { cohortOf, type Standing, stand } from '@murmuration/rounds/round/cohort';
import { laggardsOf, watched } from '@murmuration/rounds/round/laggards';
import type { CollectingState, SeenState } from '@murmuration/rounds/round/round';
import { describe, expect, it } from 'vitest';

const member = (i: number) => ({ device: `d${i}` as DeviceId, assignment: `a${i}` as AssignmentId });

/** A phase from 0 to 100 ms with devices of these standings. */
function phaseOf(phase: CollectingState['phase'], goal: number, ...standings: Standing[]): CollectingState {
  const cohort = standings.reduce(
    (all, standing, i) => stand(all, member(i).assignment, standing),
    cohortOf(standings.map((_, i) => member(i))),
  );
  const quorum = { goal, minimum: 1, deadline: 100, accepted: cohort.count.counted, rejected: 0 };
  return { phase, cohort, quorum } as CollectingState;
}
const next = (phase: SeenState['phase'], ...members: number[]) =>
  ({ phase, cohort: cohortOf(members.map(member)) }) as SeenState;
const failed = { phase: 'failed', tally: {} } as SeenState;
const nobody = { silent: [], last: undefined };

describe('a phase that is watched', () => {
  const one = phaseOf('keys', 3, 'counted', 'working');
  const two = phaseOf('keys', 3, 'counted', 'counted');
  it('has begun, and heard of a device, when it is first seen', () => {
    expect(watched(undefined, one, 5)).toEqual({ state: one, since: 5, heardAt: 5 });
    const before = { state: one, since: 5, heardAt: 6 };
    expect(watched(before, phaseOf('shares', 3, 'counted'), 9)).toMatchObject({ since: 9, heardAt: 9 });
    expect(watched(before, { ...one }, 9)).toEqual({ state: one, since: 5, heardAt: 6 });
    expect(watched(before, two, 9)).toEqual({ state: two, since: 5, heardAt: 9 });
  });
});

describe('devices that kept a phase waiting', () => {
  const over = (state: CollectingState, to: SeenState, now: number, heardAt = 0) =>
    laggardsOf({ state, since: 0, heardAt }, to, now);

  it('are none where it was ended on purpose, or unmasked', () => {
    const state = phaseOf('keys', 3, 'counted', 'working', 'left');
    expect(over(state, { ...failed, endedBy: 'operator' } as SeenState, 100)).toEqual(nobody);
    const unmasking = phaseOf('unmasking', 3, 'counted', 'working');
    expect(over(unmasking, { phase: 'closing', contributors: [] } as never, 100)).toEqual(nobody);
    expect(over(unmasking, failed, 100)).toEqual({ silent: ['d1'], last: undefined });
  });

  it('are all whose message had not come at the deadline', () => {
    const state = phaseOf('keys', 4, 'counted', 'working', 'away', 'left');
    expect(over(state, next('shares', 0), 100).silent).toEqual(['d1', 'd2', 'd3']);
    // Those that go on are none, but in agreement, where all do.
    expect(over(state, next('shares', 0, 1), 100).silent).toEqual(['d2', 'd3']);
    const agreement = phaseOf('agreement', 4, 'counted', 'working', 'away');
    expect(over(agreement, next('unmasking', 0, 1, 2), 100).silent).toEqual(['d1', 'd2']);
    const updates = phaseOf('updates', 4, 'counted', 'working');
    expect(over(updates, { phase: 'closing', contributors: [member(0)] } as never, 100).silent).toEqual([
      'd1',
    ]);
  });

  it('are those that were away or left, where it ended before its deadline without its goal', () => {
    const state = phaseOf('keys', 9, 'counted', 'working', 'working', 'away', 'left');
    expect(over(state, next('shares', 0), 99).silent).toEqual(['d3', 'd4']);
    expect(over(state, failed, 99).silent).toEqual(['d3', 'd4']);
    expect(over(phaseOf('keys', 2, 'counted', 'working', 'left'), failed, 99).silent).toEqual(['d2']);
  });

  it.each([
    ['working', 90, 40, 'd1'],
    ['away', 90, 40, 'd1'],
    ['working', 89, 40, undefined],
  ] as const)('are the last, which is %s, at %i ms after %i', (standing, now, heardAt, last) => {
    const state = phaseOf('keys', 9, 'counted', standing, 'left');
    expect(over(state, next('shares', 0), now, heardAt)).toEqual({ silent: [], last });
  });

  it('are the last that was waited for half of a phase that began later', () => {
    const state = phaseOf('keys', 9, 'counted', 'working');
    const from = (heardAt: number) => laggardsOf({ state, since: 20, heardAt }, next('shares', 0), 90).last;
    expect([from(50), from(51)]).toEqual(['d1', undefined]);
  });

  it('are none where it had its goal while several were at work', () => {
    const state = phaseOf('keys', 2, 'counted', 'working', 'working', 'left');
    expect(over(state, next('shares', 0), 99)).toEqual(nobody);
  });
});
