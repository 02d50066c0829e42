import type { Costs } from './costs.ts';
import type { Demand } from './demand.ts';
import { processorsFor, type Work } from './queue.ts';
import type { CapacitySettings } from './settings.ts';

/** What a fleet takes, at its busiest hour where nothing else is said. */
export interface Plan {
  readonly devices: number;
  readonly cohort: number;
  readonly daysBetweenParts: number;
  /** A second. */
  readonly checkIns: number;
  readonly contributions: number;
  /** Connections that are open at once: idle devices hold none. */
  readonly sockets: number;
  /** Processors for check-ins, which any number of processes share, and for rounds. */
  readonly frontCores: number;
  readonly cellCores: number;
  /** ms that 99 of 100 requests wait for one at most. */
  readonly waitMsP99: number;
  readonly memoryGiB: number;
  /** A second. */
  readonly databaseRows: number;
  readonly databaseTransactions: number;
  /** Of the write-ahead log, a day on average. */
  readonly databaseLogGiB: number;
  /** Leaving the data centre, a month. */
  readonly egressGiB: number;
  readonly ingressGiB: number;
  /** A month, in the currency of the prices. */
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

/** What it takes to serve a demand. `uniform` draws from 0 to 1. */
export function planFor(
  devices: number,
  demand: Demand,
  { values, round, wait, busy, prices }: CapacitySettings,
  costs: Costs,
  uniform: () => number,
): Plan {
  const { checkIns, contributions, cohort, daysBetweenParts } = demand;
  const limits = { wait, busy };
  const front = processorsFor([{ perSecond: checkIns.peak, ms: costs.checkInMs }], limits, uniform);
  const cell = processorsFor(contributionsOf(contributions.peak, values, costs), limits, uniform);
  // Little 1961: those that are there are those that come, times how long they stay.
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

/** A contribution is many short requests, and the one with the update, whose values take their time. */
function contributionsOf(perSecond: number, values: number, costs: Costs): readonly Work[] {
  const ms = costs.contributionMs / costs.messages;
  return [
    { perSecond: perSecond * (costs.messages - 1), ms },
    { perSecond, ms: ms + (values * costs.valueNs) / 1e6 },
  ];
}
