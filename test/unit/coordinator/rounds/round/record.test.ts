import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { enderOf, recordOf } from '@murmuration/rounds/round/record';
import type { Failed, Published } from '@murmuration/rounds/round/round';
import { describe, expect, it } from 'vitest';

const [base, model] = ['0'.repeat(64), '1'.repeat(64)] as [ModelHash, ModelHash];
const plan = { task: 'line' as TaskName, version: 3, model: base };
const terms = { id: 'r' as RoundId, number: 2, plan, startedAt: 100 };
const tally = { cohort: 1, accepted: 1, rejected: 0, late: 0, lost: 0 };
const published = (change: object = {}) =>
  ({ phase: 'published', terms: { ...terms, ...change }, tally, model }) as unknown as Published;
const failed = (change: object = {}) =>
  ({ phase: 'failed', terms, tally, during: 'keys', reason: 'Too few.', ...change }) as unknown as Failed;
const traffic = { up: 1, down: 2 };
const none = { phases: [], errors: {} };

describe('the record of a round', () => {
  it('has what became of it', () => {
    expect(recordOf(published(), 150, null, traffic, none)).toEqual({
      ...{ round: 'r', task: 'line', number: 2, planVersion: 3, base, startedAt: 100, endedAt: 150 },
      ...{ outcome: 'published', model, failure: null, tally, metrics: null, traffic },
      ...{ phases: [], errors: {}, left: {} },
    });
    const parts = [{ devices: 1, contributors: 1, failure: null }];
    const groups = [{ ...parts[0]!, norm: 1, distance: 0 }];
    expect(recordOf(published(), 150, null, traffic, { ...none, groups, parts })).toMatchObject({
      groups,
      parts,
    });
  });

  it('names its query and its run, and begins no later than it ends', () => {
    const query = writeQuery(defineQuery({ name: 'steps', kind: 'count' }));
    const asked = published({ plan: { ...plan, query }, run: 'run-1' });
    expect(recordOf(asked, 99, null, traffic, none)).toMatchObject({
      query: 'steps',
      run: 'run-1',
      startedAt: 99,
    });
  });

  it('has the three most frequent reasons of devices that left, where it was not ended on purpose', () => {
    const left = { busy: 1, stopped: 7, declined: 3, other: 2 };
    const record = (state: Failed) => recordOf(state, 150, null, traffic, { ...none, left });
    expect(record(failed())).toMatchObject({
      ...{ outcome: 'failed', model: null, left },
      failure: {
        during: 'keys',
        reason: 'Too few. Devices that left gave as reasons: stopped (7), declined (3), other (2).',
      },
    });
    expect(record(failed({ endedBy: 'operator' })).failure).toEqual({
      ...{ during: 'keys', reason: 'Too few.', endedBy: 'operator' },
    });
    expect(recordOf(failed(), 150, null, traffic, none).failure).toEqual({
      during: 'keys',
      reason: 'Too few.',
    });
  });

  it('says who has ended it on purpose, in its older form too', () => {
    const failure = { during: 'keys', reason: '' } as const;
    expect(enderOf(null)).toBeNull();
    expect(enderOf(failure)).toBeNull();
    expect(enderOf({ ...failure, byOperator: true })).toBe('operator');
    expect(enderOf({ ...failure, endedBy: 'task' } as never)).toBe('task');
  });
});
