import type { MonitorState } from '@murmuration/api/monitor';
import { queryResults } from '@murmuration/api/query';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { OutcomeCounts } from '@murmuration/protocol/queries/vector';
import type { LiveAccuracy } from '@murmuration/rounds/events/monitored';
import { tellOutcomes } from '@murmuration/rounds/queries/told-outcomes';
import { afterEach, expect, it } from 'vitest';
import { codeOfPromise } from '../../../codes.ts';
import { type Admin, openAdmin } from '../../server/http/admin.ts';
import { MaskedDevice } from '../../server/masked-device.ts';

let admin: Admin;
afterEach(() => admin.close());

const live = defineQuery({ name: 'live', kind: 'outcomes', outcomes: ['accepted', 'ignored'], threshold: 3 });

/** Devices that say this of the one version that there is are asked it, in a round. */
async function said(counts: readonly Readonly<Record<string, number>>[]) {
  admin = await openAdmin({
    task: {
      masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
      update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
      cohort: { goal: 4, minimum: 3, overSelection: 1 },
      queries: [live],
    },
  });
  const told: LiveAccuracy[] = [];
  admin.moments.join({ outcomes: { tell: record => tellOutcomes(record, admin) } });
  admin.events.on('accuracy', accuracy => told.push(accuracy));
  const [version] = await admin.history.versions(admin.task.name, Number.POSITIVE_INFINITY, 1);
  const devices = counts.map((own, index) => {
    const device = new MaskedDevice(admin, index);
    device.answer = { [version!.model]: own } satisfies OutcomeCounts;
    return device;
  });
  admin.rounds.pause();
  await admin.rounds.start();
  admin.rounds.ask('live');
  await admin.clock.advance(0);
  for (const { id } of devices) admin.checkIn(id, ['live']);
  await admin.clock.advance(0);
  for (let step = 0; step < 6; step++)
    // The round may be over by then.
    for (const device of devices)
      expect(['nothing thrown', 'round.closed']).toContain(await codeOfPromise(device.step()));
  await admin.clock.advance(0);
  await expect.poll(() => admin.records).toMatchObject([{ outcome: 'published', query: 'live' }]);
  return { told, model: version!.model };
}

it('tells the live acceptance of each version, with its interval, to whoever watches and to operators', async () => {
  const { told, model } = await said([
    { accepted: 3, ignored: 1 },
    { accepted: 1, ignored: 1 },
    { accepted: 2, ignored: 4 },
    { accepted: 0, ignored: 0 },
  ]);
  await expect.poll(() => told).toHaveLength(2);
  expect(told[0]).toMatchObject({ task: 'values', version: 0, metric: 'accepted', value: 0.5, outcomes: 12 });
  expect(told[1]).toMatchObject({ metric: 'ignored', value: 0.5 });
  const { body } = await admin.ask('GET', '/monitor', 'viewer');
  const shown = {
    version: 0,
    model,
    devices: 3,
    predictions: 12,
    outcomes: [
      { outcome: 'accepted', count: 6, share: { value: 0.5, low: told[0]!.lower, high: told[0]!.upper } },
      { outcome: 'ignored', count: 6 },
    ],
  };
  expect((body as unknown as MonitorState).told).toMatchObject([
    { ...shown, task: 'values', query: 'live', round: 1 },
  ]);
  const asked = await admin.ask('GET', '/tasks/values/queries/live', 'viewer');
  expect(queryResults.parse(asked.body).results).toMatchObject([
    { devices: 4, figures: { kind: 'outcomes', versions: [shown] } },
  ]);
});

it('tells nothing of a version of which too few devices spoke, but how many they are', async () => {
  const { told } = await said([{ accepted: 3 }, { accepted: 1 }, {}, {}]);
  const { body } = await admin.ask('GET', '/monitor', 'viewer');
  expect((body as unknown as MonitorState).told).toMatchObject([
    { version: 0, devices: 2, predictions: null, outcomes: [] },
  ]);
  expect(told).toEqual([]);
});
