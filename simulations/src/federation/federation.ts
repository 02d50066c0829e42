import { availableParallelism } from 'node:os';
import {
  loadBufferedPart,
  loadCompressedPart,
  loadControlledPart,
} from '@murmuration/client-sdk/session/loads';
import { CoordinatorEvents } from '@murmuration/coordinator/events/events';
import type { NoiseMaker } from '@murmuration/coordinator/privacy/noise-maker';
import { Registry } from '@murmuration/coordinator/registry/registry';
import { cohortSizeOf, devicesAtOnce, type Task } from '@murmuration/coordinator/task/task';
import type { Statement } from '@murmuration/privacy/statements/statement';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Work } from '@murmuration/protocol/time/work';
import { type ModelFiles, parseModelJson } from '@murmuration/protocol/weights/model-files';
import { requirePoisons } from '../adversaries/adversaries.ts';
import { type Behaviour, deviceBehaviour } from '../behaviour/behaviour.ts';
import { DeviceStorages } from '../devices/device-storage.ts';
import { requireRealTime } from '../devices/real-time.ts';
import { SharedVersions } from '../devices/shared-versions.ts';
import { type DeviceWorld, VirtualDevice } from '../devices/virtual-device.ts';
import type { PartCosts, RoundEnded } from '../run-events/run-event.ts';
import type { Measured, RunProgress, Scenario } from '../scenario/define-scenario.ts';
import { type FederatedData, requireData } from '../scenario/federated-data.ts';
import type { CommonSettings } from '../scenario/settings.ts';
import type { JobPool, OpenPool } from '../workers/job-pool.ts';
import type { WorkerSetup } from '../workers/jobs.ts';
import { ownThread } from '../workers/own-thread.ts';
import { startThreads, WorkerPool } from '../workers/worker-pool.ts';
import { runStorage } from './checkpoint.ts';
import type { Coordination } from './coordination.ts';
import { Crowd } from './crowd.ts';
import { DeviceCosts } from './device-costs.ts';
import { firstVersion } from './first-version.ts';
import { loopbackCoordination } from './loopback-coordination.ts';
import { poolEvaluator } from './pool-evaluator.ts';
import { RoundRandom } from './round-random.ts';
import { RoundWatch } from './round-watch.ts';
import { socketsCoordination } from './sockets-coordination.ts';
import { taskOf } from './task.ts';

export interface FederationOptions {
  /** Threads that train; one a processor by default. 0: the run's own thread trains. Or what makes the pool that trains. */
  readonly workers?: number | OpenPool | undefined;
  /** `loopback`, the default: on virtual time. `sockets`: in real time, by HTTP and socket.io. */
  readonly transport?: 'loopback' | 'sockets' | undefined;
  /** Folder in which the run is kept after each round, and from which it goes on. */
  readonly checkpoint?: string | undefined;
  /** What makes the noise of a privacy budget, in place of a thread of the coordinator: what an audit breaks. */
  readonly noise?: NoiseMaker;
  /** Whether the version that a round leads to is measured, in place of `evaluation.every`; 0 is the first version. */
  readonly measures?: (round: number) => boolean;
  /** What goes wrong on single devices, and in the coordinator; a run goes on. */
  readonly failed?: (where: string, error: unknown) => void;
}

/** When virtual time begins, ms since 1970. */
const beginning = Date.UTC(2026, 0, 1);

/** A coordinator, its devices and the threads that compute for them: a run, round by round. */
export interface Federation {
  readonly task: Task;
  readonly workers: number;
  /** Values in the model. */
  readonly count: number;
  /** What is known of versions from the start: of the first one, and of those of the checkpoint that the run goes on from. */
  readonly measured: RunProgress['measured'];
  /** Rounds that ended before, in that checkpoint. */
  readonly earlier: number;
  /** SHA-256 of the weights that the run began with, in hexadecimal. */
  readonly firstModelSha256: string;
  /** ms on the clock of the devices since the run began. */
  readonly elapsed: number;
  /** The backend that trains. */
  engine(): Promise<string>;
  /** The next round, once it is over. */
  next(): Promise<RoundEnded>;
  /** The newest version. */
  newest(): Promise<ModelFiles>;
  /** The first and the newest version on the own examples of each of some clients, by number; `examples` of each beside others. */
  compareClients(clients: readonly number[]): Promise<Compared>;
  /** What the newest version and those before it tell of a device; undefined without a privacy budget. */
  spent(): Promise<Statement | undefined>;
  /** What its part in a round cost a device so far; null where none has had one. */
  costs(): PartCosts | null;
  /** SHA-256 of the weights of the newest version, in hexadecimal. */
  weightsHash(): Promise<string>;
  close(): Promise<void>;
}

/** What two versions came to, client by client, in the order in which these were asked for. */
export interface Compared {
  readonly first: readonly Measured[];
  readonly newest: readonly Measured[];
}

/** Puts a federation of a scenario together. Throws `config.*` for settings that don't fit together, and `storage.*`. */
export async function openFederation(
  scenario: Scenario,
  settings: CommonSettings,
  data: FederatedData<unknown>,
  options: FederationOptions = {},
): Promise<Federation> {
  const { workers = availableParallelism() } = options;
  requireData(data);
  requirePoisons(settings.adversaries.attack, scenario.poisons);
  if (options.transport === 'sockets') requireRealTime(settings.devices);
  const setup = { module: scenario.module, settings, data };
  const pool = await openPool(workers, setup);
  try {
    return await assemble(scenario, settings, data, options, pool);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

async function openPool(workers: number | OpenPool, setup: WorkerSetup): Promise<JobPool> {
  if (typeof workers === 'function') return workers(setup);
  return new WorkerPool(workers === 0 ? [ownThread(setup)] : startThreads(workers, setup));
}

async function assemble(
  scenario: Scenario,
  settings: CommonSettings,
  data: FederatedData<unknown>,
  { transport = 'loopback', checkpoint, noise, measures, failed = () => {} }: FederationOptions,
  pool: JobPool,
): Promise<Federation> {
  const { seed, evaluation, cohort } = settings;
  const virtual = transport === 'loopback' ? new VirtualClock(beginning) : undefined;
  const clock: Clock = virtual ?? systemClock;
  const work = virtual?.work ?? new Work();
  const versions = new SharedVersions(settings.plan.privateLayers.length > 0);
  let number = 0;
  const isDue = () => measures?.(number) ?? number % evaluation.every === 0;
  const evaluator = poolEvaluator({ pool, versions, work, size: data.heldOut.length, isDue });
  const task = taskOf(scenario, settings, data, evaluator);
  await loadParts(task);
  const storage = await runStorage(checkpoint, { scenario: scenario.name, settings }, clock, work);
  const { history, blobs } = storage;
  const past = (await history.rounds(task.name, Number.POSITIVE_INFINITY, 1_000_000)).toReversed();
  const last = past.at(-1);
  number = last?.number ?? 0;
  if (last) virtual?.jump(last.endedAt);

  const behaviour = deviceBehaviour(settings.devices, seed, beginning);
  const roundRandom = new RoundRandom(seed, number + 1);
  const storages = new DeviceStorages(seed);
  const events = new CoordinatorEvents();
  let watch: RoundWatch | undefined;
  const coordination: Coordination = virtual
    ? await loopbackCoordination({
        task,
        clock: virtual,
        seed,
        storage,
        roundRandom: roundRandom.bytes,
        behaviour,
        events,
        noise,
        devices: data.clients.length,
        leave: (device, ms) => crowd.leave(device, ms),
        passed: (bytes, way) => watch?.passed(bytes, way),
      })
    : await socketsCoordination(task, storage, roundRandom.bytes);
  const rounds = new RoundWatch(
    coordination.events,
    clock,
    () => systemClock.now(),
    device => storages.deviceOf(device),
  );
  watch = rounds;
  const isAsynchronous = cohort.mode === 'asynchronous';
  const isSteered = !isAsynchronous && cohort.selection === 'steered';
  const costs = new DeviceCosts();
  const world: Omit<DeviceWorld, 'waits'> = {
    clock,
    virtual,
    pool,
    versions,
    behaviour,
    task: task.name,
    url: coordination.url,
    seed,
    storages,
    transport: coordination.transport,
    contentHash: memoised(),
    staysToSend: isAsynchronous && task.masking !== null,
    examples: device => data.clients[device]!.length,
    trained: (client, _, result) => rounds.trained(client, result),
    spent: part => costs.add(part),
    failed: (device, error) => failed(`device ${device}`, error),
  };
  const crowd = new Crowd(
    {
      clock,
      seed,
      size: data.clients.length,
      behaviour: virtual ? behaviour : alwaysThere,
      cut: coordination.cut,
      appear: (number, waits) => new VirtualDevice(number, { ...world, waits }),
      failed: world.failed,
    },
    isSteered,
  );

  const ended: RoundEnded[] = [];
  coordination.events.on('fault', failed);
  coordination.events.on('round', state => {
    number = state.terms.number;
    if (isSteered || isAsynchronous) return;
    if (state.phase !== 'gathering') crowd.enough();
    else if (state.quorum.accepted === 0) crowd.invite(cohortSizeOf(task), number);
  });
  coordination.events.on('round-ended', record => {
    ended.push(rounds.ended(record));
    roundRandom.begin(record.number + 1);
    // In real time, whoever follows the run decides when it goes on.
    if (!virtual) coordination.rounds.pause();
  });

  const head = (await history.head(task.name))!;
  const [oldest] = await history.versions(task.name, 1, 1);
  const { layout } = parseModelJson(head.version.model, await blobs.get(head.version.model));
  const measured = past.flatMap(({ number: round, metrics }) =>
    hasAny(metrics) ? [{ round, metrics }] : [],
  );
  const before = oldest?.metrics;
  if (hasAny(before)) measured.unshift({ round: 0, metrics: before });
  let hasStarted = false;
  const newest = async () => (await new Registry(blobs, history).current(task.name)).files;
  const first = await firstVersion(checkpoint, await newest(), past.length > 0);
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
    async next() {
      // Whom the round wants is invited: nobody else may come.
      if (hasStarted && !virtual) coordination.rounds.unpause(false);
      if (!hasStarted) {
        hasStarted = true;
        if (isSteered) crowd.meet(Math.max(settings.schedule.every, firstMeeting));
        await coordination.start();
        if (isAsynchronous) crowd.keep(devicesAtOnce(task));
      }
      await coordination.pass(() => ended.length > 0);
      return ended.shift()!;
    },
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
    costs: () => costs.figures(),
    async weightsHash() {
      const { version } = (await history.head(task.name))!;
      return parseModelJson(version.model, await blobs.get(version.model)).weightsHash;
    },
    async close() {
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
    },
  };
}

/** Devices load these once a plan asks for them, which takes time that no virtual clock sees. */
async function loadParts({ privacy, strategy, update, buffer, masking }: Task): Promise<void> {
  if (privacy) {
    await import('@murmuration/client-sdk/floors/promises');
    await import('@murmuration/client-sdk/update/noisy-rounding');
  }
  if (strategy.consumes === 'sum' && strategy.control) await loadControlledPart();
  if (update.compression) await loadCompressedPart();
  if (buffer && masking) await loadBufferedPart();
}

/** ms within which devices come for the first time, where they are steered. */
const firstMeeting = 60_000;

/** In real time nobody waits for a device to wake up. */
const alwaysThere: Pick<Behaviour, 'nextOnline' | 'onlineUntil'> = {
  nextOnline: (_, time) => time,
  onlineUntil: () => Number.POSITIVE_INFINITY,
};

function hasAny(
  metrics: Readonly<Record<string, number>> | null | undefined,
): metrics is Readonly<Record<string, number>> {
  return metrics !== null && metrics !== undefined && Object.keys(metrics).length > 0;
}

/** Files of versions that many devices download are the same bytes, and hashed once. */
function memoised(): (bytes: Uint8Array) => Promise<string> {
  const known = new WeakMap<Uint8Array, string>();
  return async bytes => {
    const hash = known.get(bytes) ?? hex(native.sha256(bytes));
    known.set(bytes, hash);
    return hash;
  };
}

function sha256Of({ buffer, byteOffset, byteLength }: Float32Array): string {
  return hex(native.sha256(new Uint8Array(buffer, byteOffset, byteLength)));
}
