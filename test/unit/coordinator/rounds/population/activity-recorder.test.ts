import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { ActivityChange, ActivityStore } from '@murmuration/rounds/population/activity';
import { ActivityRecorder } from '@murmuration/rounds/population/activity-recorder';
import { memoryActivity } from '@murmuration/storage/memory/activity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceId, type Federation, openFederation, updateOf } from '../../server/federation.ts';

let federation: Federation;
let store: ActivityStore;
let recorder: ActivityRecorder;
let written: (readonly ActivityChange[])[];
let fails: boolean;

beforeEach(async () => {
  federation = await openFederation();
  written = [];
  fails = false;
  const memory = memoryActivity();
  store = {
    ...memory,
    record: async changes => {
      if (fails) throw new MurmurationError('storage.full');
      written.push(changes);
      await memory.record(changes);
    },
  };
  recorder = new ActivityRecorder(store, federation.events, federation.clock);
});
afterEach(() => federation.rounds.stop());

const of = async (device: DeviceId) => (await store.of([device])).get(device);

describe('what devices do', () => {
  it('is written together, some seconds later', async () => {
    const { events, clock } = federation;
    const start = clock.now();
    events.emit('connected', deviceId(1), 'node', '0.1.0');
    await clock.advance(4_000);
    events.emit('checked-in', deviceId(1), federation.task.name, 'later', false);
    events.emit('connected', deviceId(2), 'web', '0.2.0');
    await clock.advance(5_999);
    expect(written).toEqual([]);
    await clock.advance(1);
    expect(written).toHaveLength(1);
    expect(await of(deviceId(1))).toEqual({
      seenAt: start + 4_000,
      platform: 'node',
      sdk: '0.1.0',
      tasks: [],
    });
    events.emit('disconnected', deviceId(1));
    await clock.advance(10_000);
    expect(await of(deviceId(1))).toMatchObject({ seenAt: start + 10_000, platform: 'node' });
    expect(clock.pending).toBe(0);
  });

  it('counts rounds whose cohort it is in, and updates of versions', async () => {
    const { rounds, clock, channel } = federation;
    await rounds.start();
    await clock.advance(0);
    for (let i = 0; i < 5; i++) federation.checkIn(deviceId(i));
    const parts = [...channel.assignments];
    for (const [, { assignment }] of parts.slice(0, 3))
      await rounds.current!.accept(assignment, updateOf([1, 0, 0, 0]));
    await clock.advance(0);
    await recorder.flush();
    const task = federation.task.name;
    for (const [position, [device]] of parts.entries())
      expect((await of(device))?.tasks).toEqual([
        { task, rounds: 1, updates: position < 3 ? 1 : 0, lastAt: clock.now() },
      ]);
  });

  it('counts no update of a round that failed', async () => {
    const { rounds, clock, channel } = federation;
    await rounds.start();
    await clock.advance(0);
    for (let i = 0; i < 5; i++) federation.checkIn(deviceId(i));
    const [device, { assignment }] = [...channel.assignments][0]!;
    await rounds.current!.accept(assignment, updateOf([1, 0, 0, 0]));
    rounds.current!.abort('stopped');
    await clock.advance(0);
    await recorder.flush();
    expect((await of(device))?.tasks).toMatchObject([{ rounds: 1, updates: 0 }]);
  });

  it('counts the draw of a round once, also where it is taken up again after a restart', async () => {
    const { rounds, clock, events, channel } = federation;
    await rounds.start();
    await clock.advance(0);
    for (let i = 0; i < 5; i++) federation.checkIn(deviceId(i));
    const [device] = channel.assignments.keys();
    await recorder.flush();
    const again = new ActivityRecorder(store, events, clock);
    events.emit('round', rounds.current!.state);
    await again.flush();
    await recorder.flush();
    expect((await of(device!))?.tasks).toMatchObject([{ rounds: 1 }]);
  });

  it('is kept where it can’t be written, and written later', async () => {
    const { events, clock } = federation;
    fails = true;
    events.emit('connected', deviceId(1), 'node', '0.1.0');
    await clock.advance(10_000);
    expect(federation.faults).toHaveLength(1);
    events.emit('checked-in', deviceId(1), federation.task.name, 'later', false);
    fails = false;
    await clock.advance(10_000);
    expect(await of(deviceId(1))).toMatchObject({ platform: 'node', sdk: '0.1.0' });
    expect(written).toHaveLength(1);
  });

  it('is written once more at the end, and asks for no time after it', async () => {
    const { events, clock } = federation;
    events.emit('connected', deviceId(1), 'node', '0.1.0');
    await recorder.close();
    expect(written).toHaveLength(1);
    fails = true;
    events.emit('disconnected', deviceId(1));
    await recorder.close();
    expect(clock.pending).toBe(0);
  });

  it('is written by parts where it is much', async () => {
    for (let i = 0; i < 1_200; i++) federation.events.emit('connected', deviceId(i), 'node', '0.1.0');
    await recorder.flush();
    expect(written.map(({ length }) => length)).toEqual([500, 500, 200]);
  });
});
