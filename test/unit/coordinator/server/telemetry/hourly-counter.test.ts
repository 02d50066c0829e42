import { HourlyCounter } from '@murmuration/coordinator/telemetry/hourly-counter';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import {
  anHour,
  type HourlyCount,
  type HourlyCountStore,
} from '@murmuration/storage/operation/hourly-counts';
import { expect, it } from 'vitest';

const line = 'line' as TaskName;
const device = 'device' as DeviceId;

it('counts that a store did not take are written with the next ones, to the hours in which they were counted', async () => {
  const [clock, events] = [new VirtualClock(0), new CoordinatorEvents()];
  const kept: HourlyCount[] = [];
  let isAway = true;
  const store: HourlyCountStore = {
    async add(counts) {
      if (isAway) throw new Error('The disk is away.');
      kept.push(...counts);
    },
    since: async () => kept,
  };
  const faults: string[] = [];
  events.on('fault', where => faults.push(where));
  const counter = new HourlyCounter(store, events, clock);
  for (let time = 0; time < 3; time++) events.emit('checked-in', device, line, 'waiting', true);
  events.emit('refused', 'hello', 'update.malformed', 'Malformed.');
  await counter.flush();
  expect([kept, faults]).toEqual([[], ['counting by the hour']]);

  events.emit('checked-in', device, line, 'waiting', true);
  await clock.advance(9_999);
  isAway = false;
  // It is tried again by itself.
  await clock.advance(1);
  await counter.flush();
  const ofLine = { hour: 0, series: 'check-ins', task: line, name: 'waiting' };
  const refused = { hour: 0, series: 'refusals', task: '', name: 'update.malformed', count: 1 };
  expect(kept).toEqual([{ ...ofLine, count: 4 }, refused]);

  isAway = true;
  events.emit('checked-in', device, line, 'later', true);
  await counter.flush();
  await clock.advance(anHour - clock.now());
  isAway = false;
  await counter.flush();
  expect(kept.at(-1)).toEqual({ ...ofLine, name: 'later', count: 1 });
});
