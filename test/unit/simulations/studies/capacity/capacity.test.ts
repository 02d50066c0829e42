import { readFileSync } from 'node:fs';
import { comeBackBetween } from '@murmuration/rounds/population/pacing';
import { run } from '@murmuration/studies/capacity/capacity';
import { measured } from '@murmuration/studies/capacity/costs';
import { demandOf } from '@murmuration/studies/capacity/demand';
import { type CapacityPlan, planFor } from '@murmuration/studies/capacity/plan';
import { capacitySettings } from '@murmuration/studies/capacity/settings';
import { describe, expect, test } from 'vitest';

const settings = capacitySettings.parse(undefined);
const always = capacitySettings.parse({ availability: { kind: 'always' } });
const half = () => 0.5;
const sample = 3_000;
const printed = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../../docs/benchmarks/${name}.json`, import.meta.url), 'utf8'))
    .printed;

describe('demand', () => {
  test('of devices that can always be reached is that of the pace, and each takes part as often as asked', () => {
    const devices = 1_000_000;
    const { cohort, checkIns, contributions, daysBetweenParts } = demandOf(devices, always, 1, sample);
    expect(cohort).toBe(Math.round((devices * always.interval) / always.participation));
    const { from, to } = comeBackBetween({
      untilNextRound: always.interval / 2,
      interval: always.interval,
      population: devices,
      connected: 0,
      cohortSize: cohort,
    });
    expect(checkIns.mean / ((1_000 * devices) / ((from + to) / 2))).toBeCloseTo(1, 1);
    expect(contributions.mean / ((1_000 * devices) / always.participation)).toBeCloseTo(1, 1);
    expect(daysBetweenParts).toBeCloseTo(7, 0);
  });

  test('of phones has a busiest hour, and grows as the fleet does', () => {
    const small = demandOf(100_000, settings, 1, sample);
    const large = demandOf(1_000_000, settings, 1, sample);
    expect(small.checkIns.peak).toBeGreaterThan(1.1 * small.checkIns.mean);
    expect(large.checkIns.mean / small.checkIns.mean).toBeCloseTo(10, 0);
  });

  test('lets no round have more devices than its cohort', () => {
    const rare = capacitySettings.parse({ participation: '300 d', availability: { kind: 'always' } });
    const { contributions } = demandOf(100_000, rare, 1, sample);
    expect(contributions.mean).toBeLessThanOrEqual((1_000 * 100_000 * 1.05) / rare.participation);
  });

  test('is the same for the same seed', () => {
    expect(demandOf(20_000, settings, 5, 500)).toEqual(demandOf(20_000, settings, 5, 500));
  });
});

describe('a plan', () => {
  const demand = {
    cohort: 100,
    checkIns: { mean: 10, peak: 20 },
    contributions: { mean: 1, peak: 2 },
    daysBetweenParts: 7,
  };

  test('adds up', () => {
    const plan = planFor(1_000, demand, settings, measured, half);
    const { cost, sockets, frontCores, cellCores, egressGiB, databaseRows } = plan;
    expect(sockets).toBe((demand.contributions.peak * settings.round) / 1_000);
    expect(cost.cores).toBeCloseTo((frontCores + cellCores) * 730 * settings.prices.coreHour, 6);
    expect(cost.egress).toBeCloseTo(egressGiB * settings.prices.egressGiB, 6);
    expect(cost.total).toBeCloseTo(cost.cores + cost.egress + cost.database, 6);
    expect(databaseRows).toBe(2 * measured.rows);
    const seconds = 730 * 3_600;
    const bytes = measured.messagesDown + settings.values * measured.valueDown + 10 * measured.checkInDown;
    expect(egressGiB).toBeCloseTo((seconds * bytes) / 2 ** 30, 6);
  });

  test('takes more of everything for a larger model, and for devices that take part more often', () => {
    const plan = planFor(1_000, demand, settings, measured, half);
    const larger = planFor(1_000, demand, { ...settings, values: 100 * settings.values }, measured, half);
    expect(larger.egressGiB).toBeGreaterThan(50 * plan.egressGiB);
    const oftener = { ...demand, contributions: { mean: 100, peak: 200 } };
    const busier = planFor(1_000, oftener, settings, measured, half);
    for (const key of [
      'sockets',
      'cellCores',
      'databaseRows',
      'egressGiB',
    ] as const satisfies (keyof CapacityPlan)[])
      expect(busier[key]).toBeGreaterThan(plan[key]);
  });
});

test('costs are the published figures', () => {
  const { checkInByHttpCpuMs, checkInByHttpBytes, kibPerConnection } = printed('connections');
  expect(measured.checkInMs).toBeCloseTo(checkInByHttpCpuMs, 1);
  expect(measured.checkInUp).toBe(Math.round(checkInByHttpBytes.up));
  expect(measured.checkInDown).toBe(Math.round(checkInByHttpBytes.down));
  expect(measured.connectionBytes / 1_024).toBeCloseTo(kibPerConnection, 0);
  const { masked, bytesPerDevice, clients, dim } = printed('rounds-postgresql');
  const { serverCpuSeconds, databasePerDevice } = masked;
  const valuesMs = (dim * measured.valueNs) / 1e6;
  expect(measured.contributionMs).toBeCloseTo((1_000 * serverCpuSeconds) / clients - valuesMs, 1);
  const { model, vector, ...messages } = bytesPerDevice.masked as Record<
    string,
    { up: number; down: number }
  >;
  expect(measured.messages).toBe(Object.keys(bytesPerDevice.masked).length);
  const sum = (way: 'up' | 'down') => Object.values(messages).reduce((all, each) => all + each[way], 0);
  expect(measured.messagesDown).toBe(sum('down'));
  expect(measured.messagesUp).toBe(sum('up') + model!.up);
  expect(measured.valueDown).toBeCloseTo(model!.down / dim, 1);
  expect(measured.valueUp).toBeCloseTo(vector!.up / dim, 1);
  expect(measured.rows).toBeCloseTo(databasePerDevice.rows, 0);
  expect(measured.transactions).toBeCloseTo(databasePerDevice.transactions, 1);
  expect(measured.logBytes / databasePerDevice.bytes).toBeCloseTo(1, 2);
  const secagg = printed('secagg');
  expect(measured.valueNs).toBeCloseTo((1e9 * secagg.serverCpuSeconds) / secagg.clients / secagg.dim, 0);
  expect(measured.processBytes / 1e6).toBeCloseTo(printed('edge').standard.mostMB, 5);
});

test('the study says what each size takes, in figures and in a table', async () => {
  const lines: string[] = [];
  const asked = capacitySettings.parse({ sizes: [2_000, 4_000] });
  const { figures, table } = await run({ seed: 1, settings: asked, log: line => lines.push(line) });
  expect((figures.sizes as CapacityPlan[]).map(({ devices }) => devices)).toEqual([2_000, 4_000]);
  expect(table.every(row => row.length === 3)).toBe(true);
  expect(lines).toHaveLength(2);
});
