import { availableParallelism } from 'node:os';
import { CoordinatorEvents } from '@murmuration/coordinator/events';
import type { RoundRecord } from '@murmuration/coordinator/round/record';
import type { RoundState } from '@murmuration/coordinator/round/round';
import { openStorage } from '@murmuration/coordinator/storage/storage';
import { cohortSizeOf, type Task } from '@murmuration/coordinator/task/task';
import type { MurmurationError } from '@murmuration/protocol/errors';
import { systemClock } from '@murmuration/protocol/system';
import {
  contentHash,
  decodeModel,
  type ModelFiles,
  parseModelJson,
} from '@murmuration/protocol/weights/model-files';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { Work } from '../clock/work.ts';
import { requirePoisons } from '../devices/adversaries/adversaries.ts';
import { deviceBehaviour } from '../devices/behaviour.ts';
import { DeviceStorages } from '../devices/device-storage.ts';
import { SharedVersions } from '../devices/shared-versions.ts';
import type { RoundEnded } from '../report/run-event.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import type { FederatedData } from '../scenario/federated-data.ts';
import type { CommonSettings } from '../scenario/settings.ts';
import { WorkerPool } from '../workers/worker-pool.ts';
import type { Coordination } from './coordination.ts';
import { Crowd } from './crowd.ts';
import { loopbackCoordination } from './loopback-coordination.ts';
import { poolEvaluator } from './pool-evaluator.ts';
import { RoundRandom } from './round-random.ts';
import { RoundWatch } from './round-watch.ts';
import { socketsCoordination } from './sockets-coordination.ts';
import { taskOf } from './task.ts';

export interface FederationOptions {
  /** Threads that train; one a processor by default. */
  readonly workers?: number | undefined;
  readonly transport?: 'loopback' | 'sockets' | undefined;
  /** What goes wrong on single devices, and in the coordinator; a run goes on. */
  readonly failed?: (where: string, error: unknown) => void;
}

/** When virtual time begins, ms since 1970. */
const beginning = Date.UTC(2026, 0, 1);

/** A coordinator, its devices and the threads that compute for them: a run, round by round. */
export interface Federation {
  readonly task: Task;
  readonly workers: number;
  /** What is known of the model before any round of this run. */
  readonly first: { readonly round: number; readonly metrics: Readonly<Record<string, number>> | null };
  /** The next round, once it is over. */
  next(): Promise<RoundEnded>;
  /** ms on the clock of the devices since the first round began. */
  readonly elapsed: number;
  /** The newest version. */
  newest(): Promise<ModelFiles>;
  /** SHA-256 of the weights of the newest version, in hexadecimal. */
  weightsHash(): Promise<string>;
  close(): Promise<void>;
}

/** Puts a federation of a scenario together. Throws `config.*` for settings that don't fit together. */
export async function openFederation(
  scenario: Scenario,
  settings: CommonSettings,
  data: FederatedData<unknown>,
  { workers = availableParallelism(), transport = 'loopback', failed = () => {} }: FederationOptions = {},
): Promise<Federation> {
  const { seed } = settings;
  requirePoisons(settings.adversaries.attack, scenario.poisons);
  const clock = transport === 'loopback' ? new VirtualClock(beginning) : undefined;
  const work = clock?.work ?? new Work();
  const setup = { module: scenario.module, settings, data };
  const pool = new WorkerPool(workers, setup);
  const versions = new SharedVersions(settings.plan.privateLayers.length > 0);
  let evaluated = 0;
  const isDue = () => evaluated % settings.evaluation.every === 0;
  const evaluator = poolEvaluator({ pool, versions, work, size: data.heldOut.length, isDue });
  const task = taskOf(scenario, settings, data, evaluator);
  const storage = await openStorage(undefined, clock ?? systemClock);
  const behaviour = deviceBehaviour(settings.devices, seed);
  const roundRandom = new RoundRandom(seed, 1);
  let watch: RoundWatch | undefined;
  const passed = (bytes: number, way: 'up' | 'down') => watch?.passed(bytes, way);
  const events = new CoordinatorEvents();
  const coordination: Coordination = clock
    ? await loopbackCoordination({
        task,
        clock,
        seed,
        storage,
        roundRandom: roundRandom.bytes,
        behaviour,
        events,
        leave: (device, ms) => crowd.leave(device, ms),
        passed,
      })
    : await socketsCoordination(task, storage, roundRandom.bytes);
  coordination.events.on('fault', failed);
  const now = clock ?? systemClock;
  const storages = new DeviceStorages(seed);
  const rounds = new RoundWatch(
    coordination.events,
    now,
    () => systemClock.now(),
    device => storages.deviceOf(device),
  );
  watch = rounds;

  const crowd = new Crowd(
    {
      clock: now,
      seed,
      size: data.clients.length,
      behaviour: clock
        ? behaviour
        : { nextOnline: (_, time) => time, onlineUntil: () => Number.POSITIVE_INFINITY },
      cut: device => coordination.cut(device),
      world: {
        clock: now,
        virtual: clock,
        pool,
        versions,
        behaviour,
        task: task.name,
        url: coordination.url,
        seed,
        storages,
        transport: coordination.transport,
        contentHash: memoised(),
        examples: device => data.clients[device]!.length,
        trained: (client, _, result) => rounds.trained(client, result),
        failed: (device, error: MurmurationError) => failed(`device ${device}`, error),
      },
    },
    settings.cohort.selection === 'steered',
  );

  const ended: RoundEnded[] = [];
  coordination.events.on('round', (state: RoundState) => {
    if (state.phase === 'closing') evaluated = state.terms.number;
    if (settings.cohort.selection === 'steered') return;
    if (state.phase !== 'gathering') crowd.enough();
    else if (state.quorum.accepted === 0) crowd.invite(cohortSizeOf(task), state.terms.number);
  });
  coordination.events.on('round-ended', (record: RoundRecord) => {
    ended.push(rounds.ended(record));
    roundRandom.begin(record.number + 1);
    if (!clock) coordination.rounds.pause();
  });

  const { history, blobs } = storage;
  const head = await history.head(task.name);
  const startedAt = now.now();
  let hasStarted = false;
  return {
    task,
    workers,
    first: { round: 0, metrics: head!.version.metrics },
    get elapsed() {
      return now.now() - startedAt;
    },
    async next() {
      if (!hasStarted) {
        hasStarted = true;
        if (settings.cohort.selection === 'steered') crowd.meet(Math.max(settings.schedule.every, 60_000));
        await coordination.start();
      } else if (!clock) coordination.rounds.unpause();
      await coordination.pass(() => ended.length > 0);
      return ended.shift()!;
    },
    async newest() {
      const newest = await history.head(task.name);
      const { model } = newest!.version;
      const json = await blobs.get(model);
      const weights = await blobs.get(parseModelJson(model, json).weightsHash);
      return decodeModel(model, json, weights);
    },
    async weightsHash() {
      const newest = await history.head(task.name);
      const { model } = newest!.version;
      return parseModelJson(model, await blobs.get(model)).weightsHash;
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

/** Files of versions that many devices download are the same bytes, and hashed once. */
function memoised(): (bytes: Uint8Array) => Promise<string> {
  const known = new WeakMap<Uint8Array, string>();
  return async bytes => {
    const hash = known.get(bytes) ?? contentHash(bytes);
    known.set(bytes, hash);
    return hash;
  };
}
