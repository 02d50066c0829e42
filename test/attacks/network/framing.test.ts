import { Complaints } from '@murmuration/rounds/masking/complaints';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { describe, expect, test } from 'vitest';
import { Crowd, complainingOf } from './crowd.ts';

const task = {
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.3 },
  cohort: { goal: 8, minimum: 4, overSelection: 1 },
} as Partial<TaskDefinition>;

describe('SA17: holders that say of good boxes that they do not open', () => {
  test.each([1, 2])('%i of them convict nobody, and fail no round', async liars => {
    const others = Array.from({ length: liars }, () => complainingOf(0));
    const crowd = await Crowd.open({ honest: 8 - liars, others, task });
    await crowd.run({ rounds: 4 });
    expect(crowd.outcomes).toEqual(Array(4).fill('published'));
    expect([...crowd.convicted]).toEqual([]);
    expect(crowd.federation.conduct.marked).toMatchObject({ suspect: 0, apart: 0 });
  });

  test('convict nobody where they are two, though none is assumed to lie', () => {
    const complaints = new Complaints(0);
    expect([1, 2, 3].map(holder => complaints.take(holder, [0]))).toEqual([[], [], [0]]);
  });

  test('convict nobody either where they are three that complain of everybody', () => {
    const complaints = new Complaints(1);
    const everybody = Array.from({ length: 20 }, (_, number) => number);
    for (const holder of [17, 18, 19]) expect(complaints.take(holder, everybody)).toEqual([]);
  });

  test('prove what they say where they are more than may lie, once', () => {
    const complaints = new Complaints(3);
    expect([4, 5, 6, 7, 8].map(holder => complaints.take(holder, [0, holder]))).toEqual([
      [],
      [],
      [],
      [0],
      [],
    ]);
    expect(complaints.of(0)).toEqual([4, 5, 6, 7, 8]);
    expect(complaints.of(4)).toEqual([]);
  });
});
