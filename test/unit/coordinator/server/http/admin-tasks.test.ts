import type { TaskName } from '@murmuration/protocol/ids/ids';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceId } from '../federation.ts';
import { type Admin, openAdmin } from './admin.ts';

let admin: Admin;

beforeEach(async () => {
  admin = await openAdmin();
});
afterEach(() => admin.close());

describe('tasks', () => {
  const tasks = async () => (await admin.ask('GET', '/tasks', 'viewer')).body.tasks;

  it('are paused and go on', async () => {
    await admin.rounds.start();
    expect((await admin.ask('POST', '/tasks/values/pause', 'operator')).status).toBe(200);
    await admin.clock.advance(3_600_000);
    expect(admin.rounds.current).toBeUndefined();
    expect(await tasks()).toMatchObject([{ task: 'values', isPaused: true, round: null, nextRoundAt: null }]);
    expect(await admin.storage.pausedTasks.all()).toEqual(new Set(['values']));
    // Devices come back, though not soon.
    expect(admin.checkIn(deviceId(1))).toMatchObject({ decision: 'later', after: expect.any(Number) });
    await admin.ask('POST', '/tasks/values/resume', 'operator');
    await admin.clock.advance(0);
    expect(await tasks()).toMatchObject([{ isPaused: false, round: { number: 1, phase: 'gathering' } }]);
  });

  it('that were paused before a restart stay so', async () => {
    await admin.storage.pausedTasks.set('values' as TaskName, true);
    await admin.storage.pausedTasks.set('no-longer-there' as TaskName, true);
    await admin.control.open([admin.rounds]);
    await admin.rounds.start();
    await admin.clock.advance(3_600_000);
    expect(admin.rounds.current).toBeUndefined();
  });

  it('that are paused end the round under way, and begin no other', async () => {
    await admin.rounds.start();
    await admin.clock.advance(0);
    await admin.ask('POST', '/tasks/values/pause', 'operator');
    expect(admin.rounds.current!.state.phase).toBe('gathering');
    await admin.clock.advance(3_600_000);
    expect(admin.records).toHaveLength(1);
  });

  it('have their round ended, with a reason for whoever asks later', async () => {
    await admin.rounds.start();
    await admin.clock.advance(0);
    const { status } = await admin.ask('POST', '/tasks/values/abort-round', 'operator', {
      reason: 'bad data',
    });
    expect(status).toBe(200);
    await admin.clock.advance(0);
    expect(admin.records).toMatchObject([
      {
        outcome: 'failed',
        failure: { during: 'gathering', reason: 'An operator ended the round: bad data.' },
      },
    ]);
    await admin.ask('POST', '/tasks/values/pause', 'operator');
    await admin.ask('POST', '/tasks/values/abort-round', 'operator');
    await admin.clock.advance(0);
    expect(admin.records.at(-1)!.failure).toMatchObject({ endedBy: 'operator' });
    expect((await admin.ask('POST', '/tasks/values/abort-round', 'operator')).body).toMatchObject({
      code: 'round.unknown',
    });
  });

  it('begin a round at once, also when they are paused, and one at a time', async () => {
    expect((await admin.ask('POST', '/tasks/values/start-round', 'operator')).body.code).toBe(
      'server.stopping',
    );
    await admin.control.pause('values' as TaskName);
    await admin.rounds.start();
    await admin.clock.advance(60_000);
    const start = () => admin.ask('POST', '/tasks/values/start-round', 'operator');
    const [one, other] = await Promise.all([start(), start()]);
    expect([one.status, other.status].toSorted()).toEqual([200, 409]);
    expect((await start()).body.code).toBe('round.under-way');
    expect(admin.rounds.current!.state.phase).toBe('gathering');
    await admin.ask('POST', '/tasks/values/abort-round', 'operator');
    await admin.clock.advance(3_600_000);
    expect(admin.records).toHaveLength(1);
    expect((await start()).status).toBe(200);
  });

  it('that are not there are not found', async () => {
    for (const what of ['pause', 'resume', 'abort-round', 'start-round'])
      expect((await admin.ask('POST', `/tasks/none/${what}`, 'operator')).body).toMatchObject({
        code: 'task.unknown',
      });
  });
});
