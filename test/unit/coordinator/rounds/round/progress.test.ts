import type { AssignmentId, DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import { cohortOf, stand } from '@murmuration/rounds/round/cohort';
import { progressOf, standingsOf } from '@murmuration/rounds/round/progress';
import type { RoundState, SeenState } from '@murmuration/rounds/round/round';
import { expect, it } from 'vitest';

const round = 'r' as RoundId;
const terms = { id: round, cohortSize: 5 };
const tally = { cohort: 7, accepted: 4, rejected: 9, late: 2, lost: 1 };
const state = (rest: object) => ({ terms, ...rest }) as RoundState;
const member = (i: number) => ({ device: `d${i}` as DeviceId, assignment: `a${i}` as AssignmentId });
const cohort = (['counted', 'away', 'left', 'working'] as const).reduce(
  (all, standing, i) => stand(all, member(i).assignment, standing),
  cohortOf([0, 1, 2, 3, 4].map(member)),
);

it('a round that gathers has those that wait, up to its cohort', () => {
  const gathering = state({ phase: 'gathering', quorum: { goal: 5, accepted: 0, deadline: 100 } });
  const own = { round, phase: 'gathering', goal: 5, deadline: 100 };
  const nobody = { size: 5, working: 0, done: 0, lost: 0, late: 0 };
  expect(progressOf(gathering, 3)).toEqual({ ...own, accepted: 3, cohort: { ...nobody, waiting: 3 } });
  expect(progressOf(gathering, 8)).toEqual({ ...own, accepted: 5, cohort: { ...nobody, waiting: 8 } });
});

it('a round that collects has its cohort by standing, with those that are no longer in it', () => {
  const quorum = { goal: 3, minimum: 2, accepted: 1, rejected: 6, deadline: 100 };
  const updates = state({ phase: 'updates', quorum, cohort, earlier: { rejected: 6, late: 2, lost: 1 } });
  expect(progressOf(updates, 8)).toEqual({
    ...{ round, phase: 'updates', accepted: 1, goal: 3, deadline: 100 },
    cohort: { size: 8, waiting: 0, working: 2, done: 1, lost: 3, late: 2 },
  });
});

it('a round that is over has its tally', () => {
  expect(progressOf(state({ phase: 'closing', tally }), 8)).toEqual({
    ...{ round, phase: 'closing', accepted: 4, goal: 4, deadline: null },
    cohort: { size: 7, waiting: 0, working: 0, done: 4, late: 2, lost: 1 },
  });
  expect(standingsOf({ phase: 'gathering' } as SeenState, 6, 2)).toMatchObject({ size: 6, waiting: 2 });
});
