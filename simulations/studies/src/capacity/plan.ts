import type { Costs } from './costs.ts';
import type { Demand } from './demand.ts';
import { type ArrivingWork, processorsFor } from './queue.ts';
import type { CapacitySettings } from './settings.ts';

/** Needs of a fleet; at its busiest hour unless stated otherwise. */
export interface CapacityPlan {
  readonly devices: number;
  readonly cohort: number;
  readonly daysBetweenParts: number;
  /** Check-ins per second; contributions are per second too. */
  readonly checkIns: number;
  readonly contributions: number;
  /** Connections open at once; idle devices hold none. */
  readonly sockets: number;
  /** Processors for check-ins, shared by any number of processes, and for rounds. */
  readonly frontCores: number;
  readonly cellCores: number;
  /** 99th percentile of the wait for a processor, ms. */
  readonly waitMsP99: number;
  readonly memoryGiB: number;
  /** Rows written per second; transactions are per second too. */
  readonly databaseRows: number;
  readonly databaseTransactions: number;
  /** GiB of the write-ahead log per day, on average. */
  readonly databaseLogGiB: number;
  /** GiB per month leaving the data centre, and entering it. */
  readonly egressGiB: number;
  readonly ingressGiB: number;
  /** Cost per month, in the currency of the prices. */
  readonly cost: {
    readonly cores: number;
    readonly egress: number;
    readonly database: number;
    readonly total: number;
  };
}

const gibibyte = 2 ** 30;
const hoursOfMonth = 730;
const secondsOfMonth = hoursOfMonth * 3_600;

/** Plans for a demand. `uniform` returns numbers from 0 to 1. */
export function planFor(
  devices: number,
  demand: Demand,
  { values, round, wait, busy, prices }: CapacitySettings,
  costs: Costs,
  uniform: () => number,
): CapacityPlan {
  const { checkIns, contributions, cohort, daysBetweenParts } = demand;
  const limits = { wait, busy };
  const front = processorsFor([{ perSecond: checkIns.peak, ms: costs.checkInMs }], limits, uniform);
  const cell = processorsFor(contributionsOf(contributions.peak, values, costs), limits, uniform);
  // Little 1961: the mean number in a system is the arrival rate times the mean stay.
  const sockets = Math.ceil((contributions.peak * round) / 1_000);
  const down = costs.messagesDown + values * costs.valueDown;
  const up = costs.messagesUp + values * costs.valueUp;
  const perMonth = (rate: number, bytes: number) => (rate * secondsOfMonth * bytes) / gibibyte;
  const egressGiB = perMonth(contributions.mean, down) + perMonth(checkIns.mean, costs.checkInDown);
  const databaseRows = contributions.peak * costs.rows;
  const cores = front.processors + cell.processors;
  const cost = {
    cores: cores * hoursOfMonth * prices.coreHour,
    egress: egressGiB * prices.egressGiB,
    database: Math.ceil(databaseRows / prices.rowsPerDatabase) * prices.database,
  };
  return {
    devices,
    cohort,
    daysBetweenParts,
    checkIns: checkIns.peak,
    contributions: contributions.peak,
    sockets,
    frontCores: front.processors,
    cellCores: cell.processors,
    waitMsP99: Math.max(front.waits.p99, cell.waits.p99),
    memoryGiB: (cores * costs.processBytes + sockets * costs.connectionBytes) / gibibyte,
    databaseRows,
    databaseTransactions: contributions.peak * costs.transactions,
    databaseLogGiB: (contributions.mean * 86_400 * costs.logBytes) / gibibyte,
    egressGiB,
    ingressGiB: perMonth(contributions.mean, up) + perMonth(checkIns.mean, costs.checkInUp),
    cost: { ...cost, total: cost.cores + cost.egress + cost.database },
  };
}

/** Splits a contribution into short requests, and the longer one with the update's values. */
function contributionsOf(perSecond: number, values: number, costs: Costs): readonly ArrivingWork[] {
  const ms = costs.contributionMs / costs.messages;
  return [
    { perSecond: perSecond * (costs.messages - 1), ms },
    { perSecond, ms: ms + (values * costs.valueNs) / 1e6 },
  ];
}
