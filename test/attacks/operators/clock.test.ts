import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { Alert } from '@murmuration/rounds/events/alert';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { afterEach, describe, expect, it } from 'vitest';
import { enrolmentToken, eventOf, lineTask } from '../../e2e/line.ts';
import { RawDevice } from '../../e2e/raw-device.ts';
import { askAs, operatorTokens } from '../operators.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

const [minute, day] = [60_000, 86_400_000];
const today = Date.UTC(2026, 5, 1);

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-clock-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function start(clock: Clock, storage?: string): Promise<Coordinator> {
  const coordinator = await createCoordinator(
    parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], operatorTokens, storage }),
    [
      lineTask({
        update: { kind: 'float32', clip: 1 },
        cohort: { goal: 2, minimum: 2, overSelection: 1 },
        deadlines: { gathering: '1 min', updates: '2 min' },
        schedule: { every: '10 min' },
      }),
    ],
    { clock, random: systemRandom },
  );
  cleanUp.push(() => coordinator.stop());
  return coordinator;
}

const roundOf = async ({ url }: Coordinator) => (await askAs('viewer', url, '/overview')).body.tasks[0].round;

describe('a clock that is set', () => {
  it('while the coordinator runs, moves none of its times', () => {
    let [wall, monotonic] = [today, 5_000];
    const clock = steadyClock(
      () => wall,
      () => monotonic,
    );
    expect([clock.now(), clock.ahead!()]).toEqual([today, 0]);
    wall += day;
    expect([clock.now(), clock.ahead!()]).toEqual([today, day]);
    wall += 1_000 - 2 * day;
    monotonic += 1_000;
    expect([clock.now(), clock.ahead!()]).toEqual([today + 1_000, -day]);
  });

  it.each([
    ['ahead', day, 'ahead by a day'],
    ['back', -day, 'back by a day'],
  ])('%s, is said within a minute, and no more once it is right', async (_, step, says) => {
    const virtual = new VirtualClock(today);
    let ahead = 0;
    const clock: Clock = {
      now: () => virtual.now(),
      at: (time, wake) => virtual.at(time, wake),
      ahead: () => ahead,
    };
    const coordinator = await start(clock);
    const alerts: Alert[] = [];
    coordinator.events.on('alert', alert => alerts.push(alert));
    ahead = 4_000;
    await virtual.advance(minute);
    expect(alerts).toEqual([]);
    ahead = step;
    await virtual.advance(minute);
    expect(alerts).toMatchObject([{ rule: 'clock-stepped', severity: 'warning', resolvedAt: null }]);
    expect(alerts[0]!.summary).toContain(says);
    ahead = 0;
    await virtual.advance(minute);
    expect(alerts).toMatchObject([{}, { rule: 'clock-stepped', resolvedAt: today + 3 * minute }]);
  });
});

describe('a round that began under a clock a day ahead', () => {
  it('gathers its devices for no longer than it would have, after a restart under the right one', async () => {
    const folder = await newFolder();
    const ahead = new VirtualClock(today + day);
    const wrong = await start(ahead, folder);
    const begun = eventOf(wrong.events, 'round');
    await wrong.start();
    await ahead.advance(1);
    await begun;
    await wrong.stop();
    const clock = new VirtualClock(today);
    const right = await start(clock, folder);
    const { number, deadline } = await roundOf(right);
    expect([number, Date.parse(deadline)]).toEqual([1, today + minute]);
    const ended = eventOf<[RoundRecord]>(right.events, 'round-ended');
    await clock.advance(minute);
    expect((await ended)[0]).toMatchObject({
      number: 1,
      outcome: 'failed',
      failure: { during: 'gathering' },
    });
  });

  it('waits for updates no longer than it would have, however often it is restarted', async () => {
    const folder = await newFolder();
    const ahead = new VirtualClock(today + day);
    const wrong = await start(ahead, folder);
    const devices = await Promise.all([0, 1].map(() => new RawDevice(wrong.url).connect()));
    for (const device of devices) {
      await device.enrol();
      await device.hello();
      await device.checkIn();
    }
    await wrong.start();
    await ahead.advance(1);
    for (const device of devices) await device.assigned();
    for (const { socket } of devices) socket.disconnect();
    await wrong.stop();

    const first = new VirtualClock(today);
    const right = await start(first, folder);
    expect(Date.parse((await roundOf(right)).deadline)).toBe(today + 2 * minute);
    await first.advance(minute);
    await right.stop();
    // What moved once has moved: a second restart gives no more time.
    const second = new VirtualClock(today + minute);
    const again = await start(second, folder);
    expect(Date.parse((await roundOf(again)).deadline)).toBe(today + 2 * minute);
    const ended = eventOf<[RoundRecord]>(again.events, 'round-ended');
    await second.advance(minute);
    const [record] = await ended;
    expect(record).toMatchObject({ number: 1, outcome: 'failed', failure: { during: 'updates' } });
    expect(record.startedAt).toBeLessThanOrEqual(record.endedAt);
  });
});
