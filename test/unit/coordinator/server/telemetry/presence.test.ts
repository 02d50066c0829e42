import { Presence } from '@murmuration/coordinator/telemetry/presence';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { beforeEach, expect, it } from 'vitest';

const [line, plane] = ['line', 'plane'] as TaskName[] as [TaskName, TaskName];
const [first, second] = ['first', 'second'] as DeviceId[] as [DeviceId, DeviceId];

let events: CoordinatorEvents;
let presence: Presence;

beforeEach(() => {
  events = new CoordinatorEvents();
  presence = new Presence(events);
});

const counts = () => [presence.connected, presence.eligible, presence.eligibleFor(line)];

it('a device that connects again before its old connection ended is counted once', () => {
  events.emit('connected', first, 'web', '1.0.0');
  events.emit('checked-in', first, line, 'waiting', true);
  expect(counts()).toEqual([1, 1, 1]);
  events.emit('connected', first, 'web', '1.1.0');
  // What it was eligible for, it says again.
  expect(counts()).toEqual([1, 0, 0]);
  expect(presence.clients).toEqual([{ platform: 'web', sdk: '1.1.0', connected: 1, eligible: 0 }]);
  events.emit('disconnected', first);
  events.emit('disconnected', first);
  expect(counts()).toEqual([0, 0, 0]);
  expect(presence.clients).toEqual([]);
});

it('a device that is eligible for two tasks, or says so twice, is one eligible device', () => {
  for (const device of [first, second]) events.emit('connected', device, 'node', '1.0.0');
  for (const task of [line, plane, line]) events.emit('checked-in', first, task, 'waiting', true);
  expect([...counts(), presence.eligibleFor(plane)]).toEqual([2, 1, 1, 1]);
  events.emit('checked-in', first, line, 'later', false);
  expect([...counts(), presence.eligibleFor(plane)]).toEqual([2, 1, 0, 1]);
  events.emit('disconnected', first);
  expect([...counts(), presence.eligibleFor(plane)]).toEqual([1, 0, 0, 0]);
});
