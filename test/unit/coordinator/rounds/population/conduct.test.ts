import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { Conduct } from '@murmuration/rounds/population/conduct';
import type { RoundState } from '@murmuration/rounds/round/round';
import { expect, it } from 'vitest';

it('what can not be followed of devices is a fault of its own, and none of the round', () => {
  const events = new CoordinatorEvents();
  const faults: unknown[] = [];
  events.on('fault', (where, error) => faults.push([where, error]));
  const task = { name: 'values' as TaskName, interval: 1_000 };
  const conduct = new Conduct({ task: () => task, clock: new VirtualClock(), events });
  const broken = new Error('The devices are gone.');
  const devices: readonly DeviceId[] = Object.assign([], {
    [Symbol.iterator]() {
      throw broken;
    },
  });
  const state = {
    get terms(): never {
      throw broken;
    },
  } as unknown as RoundState;
  conduct.follow(state);
  conduct.spoil('r' as RoundId, devices);
  expect(faults).toEqual([
    ['following how devices behave', broken],
    ['following how devices behave', broken],
  ]);
});
