import type { Alerts } from '@murmuration/api/alert';
import type { Overview } from '@murmuration/api/overview';
import type { Alert } from '@murmuration/rounds/events/alert';
import { afterEach, describe, expect, it } from 'vitest';
import { deviceId, updateOf } from '../../federation.ts';
import { type Admin, openAdmin } from '../../http/admin.ts';

let admin: Admin;
let told: Alert[];
afterEach(() => admin.close());

async function open(
  settings: object,
  task: object = {},
  disk: (() => Promise<{ free: number; size: number }>) | null = null,
): Promise<void> {
  admin = await openAdmin({ task }, { alerts: settings, disk });
  told = [];
  admin.events.on('alert', alert => told.push(alert));
  await admin.rounds.start();
  await admin.clock.advance(0);
}

/** What was told of so far, and no longer is. */
function news(): string[] {
  return told.splice(0).map(({ rule, resolvedAt }) => `${rule} ${resolvedAt === null ? 'began' : 'ended'}`);
}

const ask = async () => (await admin.ask('GET', '/alerts', 'viewer')).body as unknown as Alerts;

async function publishOne(): Promise<void> {
  for (const index of [0, 1, 2, 3, 4]) admin.checkIn(deviceId(index));
  await admin.clock.advance(0);
  const { current } = admin.rounds;
  for (const index of [0, 1, 2]) {
    const { assignment } = admin.channel.assignments.get(deviceId(index))!;
    await current!.accept(assignment, updateOf([1, 0, 0, 0]));
  }
  await admin.clock.advance(0);
}

/** A window of what a version was asked, or of what devices answered, is compared. */
function window(version: number, drifted: boolean, to: number, query?: string): void {
  const feature = { name: 'length', test: 'psi', score: 0.4, threshold: 0.1, drifted };
  admin.events.emit('drift', {
    task: 'values' as never,
    version,
    ...(query !== undefined && { query }),
    features: [feature],
    share: drifted ? 1 : 0,
    isDrifted: drifted,
    window: { from: to - 1, to },
  });
}

describe('alerts of a federation', () => {
  it('begin with the third round that fails, and end with one that is published', async () => {
    await open({ noEligibleDevices: null });
    await admin.clock.advance(20_000);
    expect(news()).toEqual([]);
    await admin.clock.advance(10_000);
    expect(news()).toEqual(['rounds-failing began']);
    const { firing } = await ask();
    expect(firing).toMatchObject([
      { rule: 'rounds-failing', severity: 'critical', task: 'values', resolvedAt: null },
    ]);
    const overview = (await admin.ask('GET', '/overview', 'viewer')).body as unknown as Overview;
    expect(overview.alerts).toEqual(firing);

    await admin.clock.advance(10_000);
    expect(news()).toEqual([]);
    const later = (await ask()).firing[0]!;
    expect(later).toMatchObject({ id: firing[0]!.id, since: firing[0]!.since });
    expect(later.summary).toContain('The last 4 rounds');

    await publishOne();
    expect(news()).toEqual(['rounds-failing ended']);
    expect(await ask()).toMatchObject({
      firing: [],
      resolved: [{ id: firing[0]!.id, resolvedAt: new Date(admin.clock.now()).toISOString() }],
    });
  });

  it('end when a task is paused, and count anew once it goes on', async () => {
    await open({ noEligibleDevices: null });
    await admin.clock.advance(30_000);
    await admin.control.pause(admin.task.name);
    expect(news()).toEqual(['rounds-failing began', 'rounds-failing ended']);
    await admin.clock.advance(10_000);
    await admin.control.unpause(admin.task.name);
    await admin.clock.advance(20_000);
    expect(news()).toEqual([]);
    await admin.clock.advance(10_000);
    expect(news()).toEqual(['rounds-failing began']);
  });

  it('are there again after a restart, under the same id', async () => {
    await open({ noEligibleDevices: null });
    await admin.clock.advance(30_000);
    const [before] = admin.watch.alerts.firing;
    const again = await admin.watchAgain();
    expect(again.alerts.firing).toEqual([before]);
    await again.close();
  });

  it('tell of a task for which no eligible device is there, until one is', async () => {
    await open({ roundsFailing: null, noEligibleDevices: '10 min' });
    await admin.clock.advance(5 * 60_000);
    const device = deviceId(0);
    admin.events.emit('connected', device, 'node', '0.1.0');
    admin.events.emit('checked-in', device, admin.task.name, 'waiting', true);
    await admin.clock.advance(20 * 60_000);
    admin.events.emit('disconnected', device);
    await admin.clock.advance(9 * 60_000);
    expect(news()).toEqual([]);
    await admin.clock.advance(60_000);
    expect(news()).toEqual(['no-eligible-devices began']);
    admin.events.emit('checked-in', device, admin.task.name, 'later', false);
    expect(news()).toEqual([]);
    admin.events.emit('checked-in', device, admin.task.name, 'later', true);
    expect(news()).toEqual(['no-eligible-devices ended']);
  });

  it('tell of a version that is worse, until somebody rolls back', async () => {
    const values = [0.5, 0.4];
    const evaluator = { evaluate: async () => ({ top3: values.shift()! }), close: async () => {} };
    await open({ roundsFailing: null }, { evaluation: evaluator });
    await publishOne();
    expect(news()).toEqual(['figure-fell began']);
    expect((await ask()).firing).toMatchObject([
      { page: '/#/model/compare/values/0/1', severity: 'warning' },
    ]);
    await admin.ask('POST', '/tasks/values/rollback', 'operator', { number: 0 });
    expect(news()).toEqual(['figure-fell ended']);
  });

  it('tell of a disk that fills', async () => {
    let free = 50;
    await open({ roundsFailing: null, noEligibleDevices: null }, {}, async () => ({ free, size: 100 }));
    free = 5;
    await admin.clock.advance(60_000);
    expect(news()).toEqual([]);
    await admin.clock.advance(60_000);
    expect(news()).toEqual(['disk-filling began']);
    free = 50;
    await admin.clock.advance(60_000);
    expect(news()).toEqual(['disk-filling ended']);
  });

  it('go on where the disk can not be looked at', async () => {
    await open({ noEligibleDevices: null }, {}, async () => {
      throw new Error('gone');
    });
    await admin.clock.advance(30_000);
    expect(admin.faults).toMatchObject([['looking at the disk', { message: 'gone' }]]);
    expect(news()).toEqual(['rounds-failing began']);
  });

  it('name their conditions, and what is switched off', async () => {
    await open({ roundsFailing: 1, figuresFell: [] });
    expect((await ask()).rules).toEqual([
      { rule: 'rounds-failing', condition: 'A round of a task failed.' },
      { rule: 'rounds-delayed', condition: expect.stringContaining('One device') },
      { rule: 'figure-fell', condition: null },
      { rule: 'no-eligible-devices', condition: expect.stringContaining('for an hour') },
      { rule: 'disk-filling', condition: null },
      { rule: 'storage-silent', condition: expect.stringContaining('10 seconds') },
      { rule: 'version-unreadable', condition: expect.stringContaining('damaged') },
      { rule: 'protection-weakened', condition: expect.stringContaining('less') },
      { rule: 'many-enrolments', condition: 'More than 1000 devices enrolled within 10 minutes.' },
      { rule: 'outdated-devices', condition: expect.stringContaining('version of the protocol') },
      { rule: 'clock-stepped', condition: expect.stringContaining('clock') },
      {
        rule: 'data-drifted',
        condition: 'Inputs of a served version have drifted from its reference.',
      },
    ]);
  });

  it('begin with a window that drifted, of a paused task as well, and end with one that did not', async () => {
    await open({ noEligibleDevices: null, roundsFailing: null });
    await admin.control.pause('values' as never);
    window(0, false, 1_000);
    expect(news()).toEqual([]);
    window(0, true, 2_000);
    window(0, true, 3_000);
    expect(news()).toEqual(['data-drifted began']);
    const [alert] = (await ask()).firing;
    expect(alert).toMatchObject({ since: new Date(2_000).toISOString(), severity: 'warning' });
    expect(alert!.summary).toContain('1 of 1 features, first length.');
    window(0, false, 4_000);
    expect(news()).toEqual(['data-drifted ended']);
    // What devices answer to a query drifts by itself, whatever version they serve.
    window(1, true, 5_000, 'length');
    window(2, true, 6_000, 'length');
    window(0, false, 7_000);
    expect(news()).toEqual(['data-drifted began']);
    expect((await ask()).firing).toMatchObject([
      {
        since: new Date(5_000).toISOString(),
        summary: 'Drift on values: answers of devices to the query "length".',
      },
    ]);
    window(2, false, 8_000, 'length');
    expect(news()).toEqual(['data-drifted ended']);
  });

  it('end once no request means the version that drifted', async () => {
    await open({ noEligibleDevices: null, roundsFailing: null });
    window(0, true, 1_000);
    expect(news()).toEqual(['data-drifted began']);
    await publishOne();
    expect(news()).toEqual(['data-drifted ended']);
    // A program names it still, and says nothing of the version that the others get.
    window(0, true, 2_000);
    expect(news()).toEqual([]);
    window(1, true, 3_000);
    expect(news()).toEqual(['data-drifted began']);
    window(0, false, 4_000);
    expect(news()).toEqual([]);
    window(1, false, 5_000);
    expect(news()).toEqual(['data-drifted ended']);

    const challenge = (version: number | null) =>
      admin.ask('PUT', '/tasks/values/aliases/challenger', 'operator', { number: version });
    await challenge(0);
    window(0, true, 6_000);
    expect(news()).toEqual(['data-drifted began']);
    await challenge(null);
    expect(news()).toEqual(['data-drifted ended']);

    const arms = ['newer', 'older'].map((name, i) => ({ name, version: 1 - i }));
    const terms = { name: 'back', kind: 'ab', arms };
    expect(await admin.ask('POST', '/tasks/values/experiments', 'operator', terms)).toMatchObject({
      body: { outcome: 'running' },
    });
    window(0, true, 7_000);
    expect(news()).toEqual(['data-drifted began']);
    await admin.ask('POST', '/tasks/values/experiments/back/stop', 'operator', {});
    expect(news()).toEqual(['data-drifted ended']);
  });
});
