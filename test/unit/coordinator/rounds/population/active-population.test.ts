import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { ActivePopulation } from '@murmuration/rounds/population/active-population';
import { comeBackBetween } from '@murmuration/rounds/population/pacing';
import { memoryActivity } from '@murmuration/storage/memory/activity';
import { memoryDevices } from '@murmuration/storage/memory/devices';
import { expect, it } from 'vitest';
import { deviceId, valuesTask } from '../../server/federation.ts';

const hour = 3_600_000;

async function scene() {
  const clock = new VirtualClock(1_000 * hour);
  const devices = memoryDevices();
  const activity = memoryActivity(devices);
  const task = valuesTask({ schedule: { every: '1 h' } });
  const open = async () => {
    const activePopulation = new ActivePopulation(activity, () => 3, clock, new CoordinatorEvents());
    await activePopulation.open([task]);
    return activePopulation;
  };
  const seen = (count: number, from = 0) =>
    activity.record(
      Array.from({ length: count }, (_, i) => ({
        device: deviceId(from + i),
        seenAt: clock.now(),
        tasks: [],
      })),
    );
  const enrol = async (count: number, from = 0) => {
    for (let i = 0; i < count; i++)
      await devices.add({
        id: deviceId(from + i),
        publicKey: new Uint8Array(32),
        certificate: undefined,
        enrolledAt: clock.now(),
        revokedAt: null,
      });
  };
  return { clock, devices, task, open, seen, enrol };
}

it('counts devices that come, and none that have enrolled alone', async () => {
  const { clock, task, open, seen, enrol, devices } = await scene();
  await enrol(100);
  await seen(100);
  await clock.advance(hour);
  expect((await open()).of(task)).toEqual({ population: 0, connected: 3 });
  await seen(40);
  const activePopulation = await open();
  expect(activePopulation.of(task).population).toBe(40);
  for (let i = 0; i < 10; i++) await devices.revoke(deviceId(i), clock.now());
  await clock.advance(60_000);
  activePopulation.of(task);
  await settled();
  expect(activePopulation.of(task).population).toBe(30);
});

it('forgets devices that come no more, little by little', async () => {
  const { clock, task, open, seen, enrol } = await scene();
  await enrol(40);
  await clock.advance(hour);
  await seen(40);
  await clock.advance(12 * hour);
  expect((await open()).of(task).population).toBe(40);
  await clock.advance(6 * hour);
  expect((await open()).of(task).population).toBe(20);
  await clock.advance(6 * hour);
  expect((await open()).of(task).population).toBe(0);
});

it('remembers devices for as long as they were told to stay away', async () => {
  const { clock, task, open, seen, enrol } = await scene();
  await enrol(2_000);
  await clock.advance(hour);
  await seen(2_000);
  const activePopulation = await open();
  const { to } = comeBackBetween({
    untilNextRound: 0,
    interval: task.interval,
    cohortSize: 5,
    ...activePopulation.of(task),
  });
  expect(to).toBe(100 * hour);
  await clock.advance(to);
  expect((await open()).of(task).population).toBe(2_000);
});
