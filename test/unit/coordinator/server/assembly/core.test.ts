import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { openCore } from '@murmuration/coordinator/assembly/core';
import { MomentActions } from '@murmuration/coordinator/assembly/moment-actions';
import { DeviceConnections } from '@murmuration/coordinator/devices/device-connections';
import { frameLengths } from '@murmuration/coordinator/devices/frame-lengths';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { Population } from '@murmuration/rounds/population/population';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const task = defineTask({
  name: 'added',
  model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }),
  plan: { learningRate: 0.1 },
  update: { clip: 1 },
  masking: 'off',
  cohort: { goal: 2, minimum: 2, overSelection: 1 },
  deadlines: { gathering: '10 min' },
  schedule: { every: '1 h' },
});

let clock: VirtualClock;
let events: CoordinatorEvents;
let core: Awaited<ReturnType<typeof openCore>>;
let ended: string[];
beforeEach(async () => {
  clock = new VirtualClock(1_000);
  events = new CoordinatorEvents();
  ended = [];
  events.on('round-ended', ({ round }) => ended.push(round));
  const { limits, retention } = parseConfig({ openEnrolment: true });
  const storage = await openStorage(undefined, clock);
  const population = new Population(storage.devices, async () => true, native, clock);
  await population.open();
  const random = seededRandom(1);
  const channel = new DeviceConnections({
    clock,
    random,
    population,
    events,
    limits,
    frames: frameLengths([task]),
  });
  const unused = { close: async () => {} } as never;
  core = await openCore([], {
    clock,
    random,
    jitter: random,
    secrets: random,
    storage,
    population,
    channel,
    unmasker: unused,
    noise: unused,
    trainer: unused,
    events,
    moments: new MomentActions(events),
    limits,
    retention,
  });
  await core.start();
});
afterEach(async () => {
  await core.suspend();
  await core.close();
});

it('has a task once, and its rounds once, where adding it failed midway and was tried again', async () => {
  let first: TaskRounds | undefined;
  const admit = await core.add(task);
  await expect(
    admit(async rounds => {
      first = rounds;
      // Rounds go on from here; then what else the task needs can't be read.
      await rounds.start();
      throw new Error('The storage is away.');
    }),
  ).rejects.toThrow('The storage is away.');
  expect(core.rounds.has(task.name)).toBe(false);
  expect(core.checkIns.has(task.name)).toBe(false);

  const again = await core.add(task);
  const second = await again(async () => {});
  expect(second).not.toBe(first);
  expect(core.rounds.get(task.name)).toBe(second);
  await clock.advance(0);
  const current = second.current!.terms.id;
  // No device comes, so that gathering ends what goes on.
  await clock.advance(11 * 60_000);
  expect(ended).toEqual([current]);
});

it('RD3: has a device wait on the connection on which it has checked in, and on none that takes its place', async () => {
  const admit = await core.add(task);
  await (await admit(async () => {})).start();
  await clock.advance(0);
  const id = 'd'.repeat(22) as DeviceId;
  const device = {
    device: { id, publicKey: new Uint8Array(32), certificate: undefined, enrolledAt: 0, revokedAt: null },
  };
  const identity = { ...device, sdk: '0.1.0', platform: 'other' } as const;
  const checkIn = { task: task.name, conditions: {} };
  core.requests.connected(id);
  expect(core.requests.checkIn(identity, checkIn)).toEqual({ decision: 'waiting' });
  expect(core.requests.expects(id)).toBe(true);
  // As an app that was started again, before the end of its last connection was noticed.
  core.requests.connected(id);
  expect(core.requests.expects(id)).toBe(false);
  expect(core.requests.checkIn(identity, checkIn)).toEqual({ decision: 'waiting' });
  expect(core.requests.expects(id)).toBe(true);
});
