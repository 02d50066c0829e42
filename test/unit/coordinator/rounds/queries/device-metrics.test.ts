import { queryResults } from '@murmuration/api/query';
import { figures, versions } from '@murmuration/api/version';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { OwnEvaluation } from '@murmuration/protocol/queries/evaluation';
import { type OnDevicesOptions, onDevices } from '@murmuration/rounds/evaluation/on-devices';
import type { LiveAccuracy } from '@murmuration/rounds/events/monitored';
import { deviceMetricsOf, measuredTogether } from '@murmuration/rounds/queries/device-metrics';
import { tellOutcomes } from '@murmuration/rounds/queries/told-outcomes';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import '../../../../property-seed.ts';
import { codeOfPromise } from '../../../codes.ts';
import { type Admin, openAdmin } from '../../server/http/admin.ts';
import { MaskedDevice } from '../../server/masked-device.ts';

let admin: Admin;
afterEach(() => admin.close());

interface Own {
  readonly examples: number;
  readonly top1: number;
  readonly slice?: string;
}

const metrics = [{ metric: 'top1', least: 0, most: 1, better: 'higher' }] as const;

/** Devices that have measured this of the one version that there is are asked for it, in a round; `silent` ones say nothing from a step on. */
async function evaluated(
  own: readonly Own[],
  options: Partial<OnDevicesOptions> = {},
  silent: readonly number[] = [],
) {
  admin = await openAdmin({
    task: {
      masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
      update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
      cohort: { goal: Math.max(3, own.length), minimum: 3, overSelection: 1 },
      deadlines: { gathering: '10 s', messages: '60 s', updates: '60 s', grace: '2 s' },
      evaluation: onDevices({ every: '1 h', threshold: 3, metrics, slices: ['short'], ...options }),
    },
  });
  const told: LiveAccuracy[] = [];
  admin.moments.join({ outcomes: { tell: record => tellOutcomes(record, admin) } });
  admin.events.on('accuracy', accuracy => told.push(accuracy));
  const [version] = await admin.history.versions(admin.task.name, Number.POSITIVE_INFINITY, 1);
  const model = version!.model;
  const devices = own.map(({ examples, top1, slice }, index) => {
    const device = new MaskedDevice(admin, index);
    const all = { examples, versions: { [model]: { top1 } } };
    device.answer = { all, ...(slice && { slices: { [slice]: all } }) } satisfies OwnEvaluation;
    return device;
  });
  admin.rounds.pause();
  await admin.rounds.start();
  admin.rounds.ask('evaluation');
  await admin.clock.advance(0);
  for (const { id } of devices) admin.checkIn(id, ['evaluation']);
  await admin.clock.advance(0);
  for (let time = 0; time < 12 && admin.records.length === 0; time++) {
    for (let step = 0; step < 6; step++)
      for (const [i, device] of devices.entries())
        if (time * 6 + step < (silent[i] ?? 99))
          expect(['nothing thrown', 'round.closed']).toContain(await codeOfPromise(device.step()));
    await admin.clock.advance(0);
    if (admin.records.length === 0) await admin.clock.advance(60_000);
  }
  const answered = devices.flatMap(({ acknowledged }, i) => (acknowledged.size > 0 ? [own[i]!] : []));
  return { told, model, answered };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const measured = () => deviceMetricsOf(admin.task, admin.queryResults);

describe('what devices measure', () => {
  const own = [
    { examples: 40, top1: 0.5, slice: 'short' },
    { examples: 10, top1: 0.25, slice: 'short' },
    { examples: 30, top1: 0.75 },
    { examples: 20, top1: 0.3 },
  ];

  it('QY13: becomes metrics of the version, apart from those of the coordinator', async () => {
    const { model } = await evaluated(own);
    const listed = versions.parse((await admin.ask('GET', '/tasks/values/versions', 'viewer')).body);
    const [version] = listed.versions;
    expect(version).toMatchObject({ model, metrics: null, fromDevices: { round: 1 } });
    const [all, short] = version!.fromDevices!.parts;
    expect(all).toMatchObject({ slice: null, devices: 4, examples: 100 });
    expect(all!.metrics).toMatchObject([{ metric: 'top1', mean: { value: 0.45 } }]);
    const { mean: top1 } = all!.metrics[0]!;
    expect(top1.low).toBeLessThan(0.2);
    expect(top1.high).toBeGreaterThan(0.7);
    // Two devices are fewer than the threshold.
    expect(short).toMatchObject({ slice: 'short', devices: 2, metrics: [] });
    const columns = figures.parse((await admin.ask('GET', '/tasks/values/figures?points=9', 'viewer')).body);
    expect([columns.figures, columns.fromDevices]).toEqual([{}, { top1: [0.45] }]);
    const shown = await admin.ask('GET', '/tasks/values/queries/evaluation', 'viewer');
    expect(queryResults.parse(shown.body).results).toMatchObject([
      { kind: 'evaluation', devices: 4, figures: { versions: [{ version: 0, model }] } },
    ]);
  });

  it('is told as live metrics of the version, which triggers of training wait for', async () => {
    const { told } = await evaluated(own);
    await expect.poll(() => told).toHaveLength(1);
    expect(told[0]).toMatchObject({ task: 'values', version: 0, metric: 'top1', value: 0.45, outcomes: 100 });
    expect(told[0]!.lower).toBeLessThan(0.45);
  });

  it('QY6: is nothing where too few devices answer', async () => {
    await evaluated(own.slice(0, 2));
    expect([...(await measured())]).toEqual([]);
    const asking = measuredTogether(admin.task, ['a'.repeat(64) as ModelHash], admin.queryResults);
    await expect(asking).rejects.toThrow('have not evaluated both in one round yet');
    expect((await admin.queryResults.results(admin.task.name, 'evaluation', 9, 9))[0]).toMatchObject({
      figures: null,
    });
  });

  it('QY10: has noise where it is asked for, and an interval that allows for it', async () => {
    const many = Array.from({ length: 12 }, (_, i) => ({ examples: 10, top1: (i % 4) / 4 }));
    const privacy = { epsilon: 8, delta: 1e-5, rounds: 1 };
    await evaluated(many, { privacy, slices: [] });
    const [result] = await admin.queryResults.results(admin.task.name, 'evaluation', 9, 1);
    expect(result).toMatchObject({ devices: 12, privacy: { step: 0, statement: { holds: true } } });
    const { figures } = result!;
    if (figures?.kind !== 'evaluation') throw new Error(figures?.kind);
    expect(figures.noise).toBeGreaterThan(0.05);
    const { low, high } = figures.versions[0]!.parts[0]!.metrics[0]!.mean;
    expect(high - low).toBeGreaterThan(2 * figures.noise!);
  });

  const scene = fc.record({
    own: fc.array(
      fc.record({
        examples: fc.integer({ min: 1, max: 200 }),
        top1: fc.double({ min: 0, max: 1, noNaN: true }),
        slice: fc.constantFrom('short', 'other'),
      }),
      { minLength: 5, maxLength: 9 },
    ),
    lost: fc.array(fc.nat({ max: 8 }), { maxLength: 1 }),
    after: fc.integer({ min: 1, max: 5 }),
    levels: fc.integer({ min: 200, max: 4_000 }),
  });

  it('QY13: is what the plain computation gives, of the devices in the sum, whatever is lost on the way', async () => {
    let shown = 0;
    await fc.assert(
      fc.asyncProperty(scene, async ({ own, lost, after, levels }) => {
        const silent = own.map((_, i) => (lost.some(each => each % own.length === i) ? after : 99));
        const { model, answered } = await evaluated(own, { levels }, silent);
        const found = (await measured()).get(model)?.parts;
        await admin.close();
        if (!found) return;
        shown += 1;
        const [all, short] = found;
        expect(all!.devices).toBe(answered.length);
        expect(Math.abs(all!.metrics[0]!.mean.value - mean(answered.map(({ top1 }) => top1)))).toBeLessThan(
          0.5 / levels + 1e-9,
        );
        const having = answered.filter(({ slice }) => slice === 'short');
        expect(short!.devices).toBe(having.length);
        if (having.length < 3) expect(short!.metrics).toEqual([]);
        else
          expect(Math.abs(short!.metrics[0]!.mean.value - mean(having.map(({ top1 }) => top1)))).toBeLessThan(
            0.5 / levels + 1e-9,
          );
      }),
      { numRuns: 15 },
    );
    expect(shown).toBeGreaterThan(8);
  });
});
