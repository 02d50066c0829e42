import { Contributions } from '@murmuration/client-sdk/floors/contributions';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import { describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../codes.ts';
import { assignmentOf, id } from '../memory-coordinator.ts';

const day = 86_400_000;
const masking = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' } as MaskingSettings;
const task = 'keyboard' as TaskName;

function recordOf(limits: { day?: number; model?: number }, storage = memoryStorage()) {
  const clock = { time: 5 * day, now: () => clock.time, at: () => () => {} };
  const held = { day: Infinity, model: Infinity, ...limits };
  const record = new Contributions(storage, clock, task, held);
  const assignment = (round: string, change: object = {}) => assignmentOf(clock, round, change);
  return { clock, storage, record, assignment };
}

describe('contributions of a device', () => {
  it('are limited within a day, to the millisecond', async () => {
    const { clock, record, assignment } = recordOf({ day: 2 });
    expect(await record.wait()).toBe(0);
    await record.count(assignment('r1'));
    clock.time += 1_000;
    expect(await record.wait()).toBe(0);
    await record.count(assignment('r2'));
    expect(await record.wait()).toBe(day - 1_000);
    await expect(record.count(assignment('r3'))).rejects.toThrow(
      'The device has contributed 2 times within a day. [plan.below-floor]',
    );
    await expect(record.require(assignment('r3'), false)).rejects.toMatchObject({ floor: 'contributions' });
    clock.time += day - 1_001;
    expect(await record.wait()).toBe(1);
    clock.time += 1;
    expect(await record.wait()).toBe(0);
    await record.count(assignment('r3'));
    expect(await record.wait()).toBe(1_000);
  });

  it('are limited for each model version', async () => {
    const { record, assignment } = recordOf({ model: 1 });
    const other = 'b'.repeat(64) as ModelHash;
    await record.count(assignment('r1'));
    await expect(record.count(assignment('r2'))).rejects.toThrow(
      'The device has contributed 1 times to one model version. [plan.below-floor]',
    );
    await record.count(assignment('r2'), other);
    await expect(record.require(assignment('r3'), true, other)).rejects.toMatchObject({
      floor: 'contributions',
    });
    expect(await record.wait()).toBe(0);
  });

  it('count once each, and are made once', async () => {
    const { record, assignment } = recordOf({ day: 1 });
    const first = assignment('r1');
    await record.require(first, false);
    await record.count(first);
    await record.count(first);
    expect(await codeOfPromise(record.require(first, true))).toBe('nothing thrown');
    expect(await codeOfPromise(record.require(first, false))).toBe('round.begun');
  });

  it('are one in a masked round, whatever the limits', async () => {
    const { record, assignment } = recordOf({});
    await record.count(assignment('r1', { masking }));
    const again = { ...assignment('r1', { masking }), assignment: id<never>('other') };
    expect(await codeOfPromise(record.count(again))).toBe('round.begun');
    expect(await codeOfPromise(record.require(again, true))).toBe('round.begun');
    expect(await codeOfPromise(record.count(assignment('r2', { masking })))).toBe('nothing thrown');
  });

  it('without masks or limits leave no record', async () => {
    const { record, storage, assignment } = recordOf({});
    await record.count(assignment('r1'));
    await record.count(assignment('r1'));
    await record.require(assignment('r1'), false);
    expect(await storage.get('contributions.keyboard')).toBeUndefined();
    expect(await record.wait()).toBe(0);
  });

  it('in the future count from now, where the clock was set back', async () => {
    const { clock, record, assignment } = recordOf({ day: 2 });
    await record.count(assignment('r1'));
    clock.time += 2 * day;
    await record.count(assignment('r2'));
    await record.count(assignment('r3'));
    clock.time -= day;
    expect(await record.wait()).toBe(day);
    clock.time += day - 1;
    expect(await record.wait()).toBe(1);
  });

  it('are none by a damaged record', async () => {
    const storage = memoryStorage();
    for (const text of ['{}', '{', '5']) {
      await storage.put('contributions.keyboard', utf8(text));
      expect(await recordOf({ day: 1 }, storage).record.wait()).toBe(0);
    }
  });

  it.each([
    [{}, 64],
    [{ day: 2_000 }, 1_024],
  ])('with the limits %o are recorded, the newest %i', async (limits, most) => {
    const { record, storage, assignment } = recordOf(limits);
    const before = Array.from({ length: most }, (_, i) => ({ assignment: `a${i}`, round: `r${i}`, at: 0 }));
    await storage.put('contributions.keyboard', utf8(JSON.stringify(before)));
    await record.count(assignment('new', { masking }));
    const kept = JSON.parse(new TextDecoder().decode(await storage.get('contributions.keyboard')));
    expect(kept).toHaveLength(most);
    expect([kept[0].round, kept.at(-1).round]).toEqual(['r1', id('new')]);
  });
});
