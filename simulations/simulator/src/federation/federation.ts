import { availableParallelism } from 'node:os';
import type { Statement } from '@murmuration/privacy/statements/statement';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { type ModelFiles, parseModelJson } from '@murmuration/protocol/weights/model-files';
import { Registry } from '@murmuration/rounds/registry/registry';
import { cohortSizeOf, devicesAtOnce, type Task } from '@murmuration/rounds/task/task';
import { requirePoisons } from '../adversaries/adversaries.ts';
import { requireRealTime } from '../devices/real-time.ts';
import type { PartCosts, RoundEnded } from '../run-events/run-event.ts';
import type { MeasuredMetrics, RunProgress, Scenario } from '../scenario/define-scenario.ts';
import { type FederatedData, requireData } from '../scenario/federated-data.ts';
import type { CommonSettings } from '../scenario/settings.ts';
import type { JobPool, OpenPool } from '../workers/job-pool.ts';
import type { WorkerSetup } from '../workers/jobs.ts';
import { ownThread } from '../workers/own-thread.ts';
import { startThreads, WorkerPool } from '../workers/worker-pool.ts';
import { firstVersion } from './first-version.ts';
import {
  beginning,
  type Ground,
  isSteered,
  openGround,
  openParties,
  type Parties,
  type RunConditions,
  type RunPlan,
} from './run.ts';

export interface FederationOptions extends RunConditions {
  /**
   * Number of threads that train, one per processor by default; 0 trains in the run's own thread. A function
   * opens the pool itself.
   */
  readonly workers?: number | OpenPool | undefined;
}

/** Run in progress: a coordinator, its devices and the threads that compute for them. */
export interface VirtualFederation {
  readonly task: Task;
  readonly workers: number;
  /** Number of values in the model. */
  readonly count: number;
  /** Metrics known from the start: of the first version, and of versions before the checkpoint. */
  readonly measured: RunProgress['measured'];
  /** Number of rounds that ended before the checkpoint. */
  readonly earlier: number;
  /** SHA-256 of the run's first weights, in hexadecimal. */
  readonly firstModelSha256: string;
  /** Milliseconds since the run began, on the devices' clock. */
  readonly elapsed: number;
  /** Returns the backend that trains. */
  engine(): Promise<string>;
  /** Runs the next round and returns its result. */
  next(): Promise<RoundEnded>;
  /** Returns the newest version. */
  newest(): Promise<ModelFiles>;
  /** Measures the first and the newest version on the examples of each of the given clients. */
  compareClients(clients: readonly number[]): Promise<Compared>;
  /**
   * Returns the privacy statement for a device over all versions so far; undefined without a privacy budget.
   */
  spent(): Promise<Statement | undefined>;
  /** Returns the costs of a device's part in a round so far; null if no device had one. */
  costs(): PartCosts | null;
  /** Returns the SHA-256 of the newest version's weights, in hexadecimal. */
  weightsHash(): Promise<string>;
  close(): Promise<void>;
}

/** Metrics of two versions per client, in the order of the request. */
interface Compared {
  readonly first: readonly MeasuredMetrics[];
  readonly newest: readonly MeasuredMetrics[];
}

/**
 * Opens the federation of a scenario.
 * @throws `config.*` for settings that don't fit together, and `storage.*`
 */
export async function openFederation(
  scenario: Scenario,
  settings: CommonSettings,
  data: FederatedData<unknown>,
  options: FederationOptions = {},
): Promise<VirtualFederation> {
  const { workers = availableParallelism() } = options;
  requireData(data);
  requirePoisons(settings.adversaries.attack, scenario.poisons);
  if (options.transport === 'sockets') requireRealTime(settings.devices);
  const setup = { module: scenario.module, settings, data };
  const pool = await openPool(workers, setup);
  try {
    return await assemble({ scenario, settings, data, options, pool });
  } catch (error) {
    await pool.close();
    throw error;
  }
}

async function openPool(workers: number | OpenPool, setup: WorkerSetup): Promise<JobPool> {
  if (typeof workers === 'function') return workers(setup);
  return new WorkerPool(workers === 0 ? [ownThread(setup)] : startThreads(workers, setup));
}

async function assemble(plan: RunPlan): Promise<VirtualFederation> {
  const ground = await openGround(plan);
  const parties = await openParties(plan, ground);
  const { pool, options } = plan;
  const { task, versions, clock, virtual, work, storage, past } = ground;
  const { history, blobs } = storage;
  const next = roundsOf(plan, ground, parties);
  const head = (await history.head(task.name))!;
  const { layout } = parseModelJson(head.version.model, await blobs.get(head.version.model));
  const measured = await measuredBefore(ground);
  const newest = async () => (await new Registry(blobs, history).current(task.name)).files;
  const first = await firstVersion(options.checkpoint, await newest(), past.length > 0);
  const measureClients = (files: ModelFiles, clients: readonly number[]) => {
    const model = versions.shared(files);
    const due = Number.NEGATIVE_INFINITY;
    return work.during(
      Promise.all(clients.map(client => pool.run({ kind: 'measure-client', model, client }, { due }).result)),
    );
  };
  return {
    task,
    workers: pool.size,
    count: layout.count,
    measured,
    earlier: past.length,
    firstModelSha256: sha256Of(first.weights),
    get elapsed() {
      return clock.now() - (virtual ? beginning : (past[0]?.startedAt ?? clock.now()));
    },
    engine: () => work.during(pool.run({ kind: 'engine' }, { due: clock.now() }).result),
    next,
    newest,
    async compareClients(clients) {
      return {
        first: await measureClients(first, clients),
        newest: await measureClients(await newest(), clients),
      };
    },
    async spent() {
      return (await history.head(task.name))?.version.privacy?.statement;
    },
    costs: () => parties.costs.figures(),
    async weightsHash() {
      const { version } = (await history.head(task.name))!;
      return parseModelJson(version.model, await blobs.get(version.model)).weightsHash;
    },
    close: () => close(plan, ground, parties),
  };
}

/** Returns a function that runs one round at a time; devices come as the coordinator wants them. */
function roundsOf(
  { settings, options: { failed = () => {} } }: RunPlan,
  { task, virtual, round }: Ground,
  { coordination, crowd, watch, roundRandom }: Parties,
): VirtualFederation['next'] {
  const isAsynchronous = settings.cohort.mode === 'asynchronous';
  const areSteered = isSteered(settings);
  const ended: RoundEnded[] = [];
  coordination.events.on('fault', failed);
  coordination.events.on('round', state => {
    round.number = state.terms.number;
    if (areSteered || isAsynchronous) return;
    if (state.phase !== 'gathering') crowd.enough();
    else if (state.quorum.accepted === 0) crowd.invite(cohortSizeOf(task), round.number);
  });
  coordination.events.on('round-ended', record => {
    ended.push(watch.ended(record));
    roundRandom.begin(record.number + 1);
    // In real time, the caller decides when the run goes on.
    if (!virtual) coordination.rounds.pause();
  });

  let hasStarted = false;
  return async () => {
    // Devices are invited on demand, so none may be waiting.
    if (hasStarted && !virtual) coordination.rounds.unpause({ recalls: false });
    if (!hasStarted) {
      hasStarted = true;
      if (areSteered) crowd.meet(Math.max(settings.schedule.every, firstMeeting));
      await coordination.start();
      if (isAsynchronous) crowd.keep(devicesAtOnce(task));
    }
    await coordination.pass(() => ended.length > 0);
    return ended.shift()!;
  };
}

/** Returns metrics of versions before this run: the first one, and those of earlier rounds. */
async function measuredBefore({ task, storage, past }: Ground): Promise<VirtualFederation['measured']> {
  const [oldest] = await storage.history.versions(task.name, 1, 1);
  const measured = past.flatMap(({ number: round, metrics }) =>
    hasAny(metrics) ? [{ round, metrics }] : [],
  );
  const before = oldest?.metrics;
  return hasAny(before) ? [{ round: 0, metrics: before }, ...measured] : measured;
}

async function close(
  { pool }: RunPlan,
  { storage }: Ground,
  { coordination, crowd }: Parties,
): Promise<void> {
  coordination.rounds.pause();
  let isEmpty = false;
  const gone = crowd.close().finally(() => {
    isEmpty = true;
  });
  await coordination.pass(() => isEmpty);
  await gone;
  await coordination.close();
  await storage.close();
  await pool.close();
}

/** Milliseconds within which steered devices come for the first time. */
const firstMeeting = 60_000;

function hasAny(
  metrics: Readonly<Record<string, number>> | null | undefined,
): metrics is Readonly<Record<string, number>> {
  return metrics !== null && metrics !== undefined && Object.keys(metrics).length > 0;
}

function sha256Of({ buffer, byteOffset, byteLength }: Float32Array): string {
  return hex(native.sha256(new Uint8Array(buffer, byteOffset, byteLength)));
}
