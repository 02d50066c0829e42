import { Host } from '@murmuration/demo/visitors/host';
import { Visitors } from '@murmuration/demo/visitors/visitors';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { beforeEach, expect, it } from 'vitest';
import { deviceId } from '../../../coordinator/server/federation.ts';

let events: CoordinatorEvents;
let clock: VirtualClock;
let visitors: Visitors;
let host: Host;
let happened: string[];

beforeEach(() => {
  events = new CoordinatorEvents();
  clock = new VirtualClock();
  visitors = new Visitors(events);
  happened = [];
  host = new Host(visitors, {
    task: 'keyboard' as TaskName,
    control: {
      pause: async name => void happened.push(`pause ${name}`),
      unpause: async name => void happened.push(`resume ${name}`),
    },
    resize: rounds => happened.push(`${rounds} rounds`),
    clock,
    phones: 280,
    awake: count => happened.push(`${count} phones`),
    say: () => {},
  });
});

const comes = async (device: DeviceId, platform = 'browser') => {
  events.emit('connected', device, platform, '0.1.0');
  await clock.advance(0);
};
const goes = async (device: DeviceId) => {
  events.emit('disconnected', device);
  await clock.advance(0);
};

it('draws visitors beside all phones, and rounds are as they were asked for a while after the last', async () => {
  await comes(deviceId(1));
  await comes(deviceId(2));
  expect(happened).toEqual(['visited rounds', 'resume keyboard', '280 phones']);
  await goes(deviceId(1));
  await goes(deviceId(2));
  await clock.advance(29_999);
  expect(happened).toHaveLength(3);
  await clock.advance(1);
  expect(happened.slice(3)).toEqual(['asked rounds', 'resume keyboard', '280 phones']);
});

it('changes nothing for a visitor who has only loaded the page again', async () => {
  await comes(deviceId(1));
  await goes(deviceId(1));
  await clock.advance(5_000);
  await comes(deviceId(1));
  await clock.advance(600_000);
  expect(happened).toEqual(['visited rounds', 'resume keyboard', '280 phones']);
});

it('rests after the rounds that were asked for, and goes on with each visitor', async () => {
  await host.roundsOver();
  expect(happened).toEqual(['asked rounds', 'pause keyboard', '0 phones']);
  await comes(deviceId(1));
  expect(happened.slice(3)).toEqual(['visited rounds', 'resume keyboard', '280 phones']);
  await goes(deviceId(1));
  await clock.advance(30_000);
  expect(happened.slice(6)).toEqual(['asked rounds', 'pause keyboard', '0 phones']);
});

it('asks all phones, who are awake beside visitors anyway', async () => {
  await comes(deviceId(1));
  happened.length = 0;
  await host.asksAll(true);
  await host.asksAll(false);
  expect(happened).toEqual([]);
});

it('wakes phones that rest after the last round to be asked, and leaves the task paused', async () => {
  await host.roundsOver();
  await host.asksAll(true);
  await host.asksAll(false);
  expect(happened.slice(3)).toEqual([
    'asked rounds',
    'pause keyboard',
    '280 phones',
    'asked rounds',
    'pause keyboard',
    '0 phones',
  ]);
});

it('changes nothing for a question while all take part anyway: whether the task rests is its operator’s choice', async () => {
  await host.asksAll(true);
  await host.asksAll(false);
  expect(happened).toEqual([]);
});

it('does not rest while somebody is there', async () => {
  await comes(deviceId(1));
  await host.roundsOver();
  expect(happened.slice(3)).toEqual(['visited rounds', 'resume keyboard', '280 phones']);
});

it('takes phones of the simulation for no visitors', async () => {
  await comes(deviceId(1), 'other');
  expect(visitors.present).toBe(0);
  expect(visitors.has(deviceId(1))).toBe(false);
  expect(happened).toEqual([]);
});

it('knows visitors who have gone', async () => {
  await comes(deviceId(1));
  await goes(deviceId(1));
  expect(visitors.present).toBe(0);
  expect(visitors.has(deviceId(1))).toBe(true);
});

it('follows nobody once it is closed', async () => {
  host.close();
  await comes(deviceId(1));
  expect(happened).toEqual([]);
});
