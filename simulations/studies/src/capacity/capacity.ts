import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import { measured } from './costs.ts';
import { demandOf } from './demand.ts';
import { type CapacityPlan, planFor } from './plan.ts';
import { type CapacitySettings, capacitySettings } from './settings.ts';

export const schema = capacitySettings;

/**
 * Estimates the needs of fleets of several sizes: connections, requests, processors, database, traffic and
 * money.
 */
export async function run({ seed, settings, log }: ScenarioOptions<CapacitySettings>): Promise<Findings> {
  const asked = settings ?? capacitySettings.parse(undefined);
  const plans: CapacityPlan[] = [];
  for (const devices of asked.sizes) {
    const demand = demandOf(devices, asked, seed);
    const random = seededRandom(seed, `capacity queue ${devices}`);
    plans.push(planFor(devices, demand, asked, measured, uniformOf(random)));
    log(`${devices.toLocaleString('en')} devices: ${demand.checkIns.peak.toFixed(1)} check-ins a second.`);
  }
  return { figures: { sizes: plans, costs: measured, settings: asked, seed }, table: tableOf(plans) };
}

/** Makes a generator of numbers in [0, 1) that draws bytes in blocks. */
function uniformOf(random: (length: number) => Uint8Array): () => number {
  let words: Uint32Array = new Uint32Array();
  let at = 0;
  return () => {
    if (at === words.length) {
      words = new Uint32Array(random(64 * 1_024).buffer);
      at = 0;
    }
    at += 1;
    return words[at - 1]! / 2 ** 32;
  };
}

const rows: readonly (readonly [string, (plan: CapacityPlan) => number])[] = [
  ['devices in a round', plan => plan.cohort],
  ['days between two parts of a device', plan => plan.daysBetweenParts],
  ['check-ins a second, busiest hour', plan => plan.checkIns],
  ['updates a second, busiest hour', plan => plan.contributions],
  ['open connections, busiest hour', plan => plan.sockets],
  ['processors for check-ins', plan => plan.frontCores],
  ['processors for rounds', plan => plan.cellCores],
  ['wait for a processor, 99 of 100, ms', plan => plan.waitMsP99],
  ['memory, GiB', plan => plan.memoryGiB],
  ['rows written a second, busiest hour', plan => plan.databaseRows],
  ['transactions a second, busiest hour', plan => plan.databaseTransactions],
  ['write-ahead log, GiB a day', plan => plan.databaseLogGiB],
  ['traffic out, GiB a month', plan => plan.egressGiB],
  ['traffic in, GiB a month', plan => plan.ingressGiB],
  ['cost a month: processors', plan => plan.cost.cores],
  ['cost a month: traffic', plan => plan.cost.egress],
  ['cost a month: database', plan => plan.cost.database],
  ['cost a month', plan => plan.cost.total],
];

function tableOf(plans: readonly CapacityPlan[]): Findings['table'] {
  return [
    ['devices', ...plans.map(({ devices }) => devices.toLocaleString('en'))],
    ...rows.map(([name, of]) => [name, ...plans.map(plan => figure(of(plan)))]),
  ];
}

function figure(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
