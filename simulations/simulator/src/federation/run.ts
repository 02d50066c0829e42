import {
  loadBufferedPart,
  loadCompressedPart,
  loadControlledPart,
} from '@murmuration/client-sdk/session/loads';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Work } from '@murmuration/protocol/time/work';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { NoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { Task } from '@murmuration/rounds/task/task';
import type { Stores } from '@murmuration/storage/storage';
import { type Behaviour, deviceBehaviour } from '../behaviour/behaviour.ts';
import { DeviceStorages } from '../devices/device-storage.ts';
import { SharedVersions } from '../devices/shared-versions.ts';
import { type DeviceWorld, VirtualDevice } from '../devices/virtual-device.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import type { FederatedData } from '../scenario/federated-data.ts';
import type { CommonSettings } from '../scenario/settings.ts';
import type { JobPool } from '../workers/job-pool.ts';
import { runStorage } from './checkpoint.ts';
import type { Coordination } from './coordination.ts';
import { Crowd } from './crowd.ts';
import { DeviceCosts } from './device-costs.ts';
import { type LoopbackSetup, loopbackCoordination } from './loopback-coordination.ts';
import { poolEvaluator } from './pool-evaluator.ts';
import { RoundRandom } from './round-random.ts';
import { RoundWatch } from './round-watch.ts';
import { socketsCoordination } from './sockets-coordination.ts';
import { taskOf } from './task.ts';

/** Conditions of a run, independent of the threads that train for it. */
export interface RunConditions {
  /**
   * `loopback`: on virtual time. `sockets`: in real time, by HTTP and socket.io.
   * @default 'loopback'
   */
  readonly transport?: 'loopback' | 'sockets' | undefined;
  /** Folder that stores the run after each round, and from which it is resumed. */
  readonly checkpoint?: string | undefined;
  /**
   * Noise maker of the privacy budget, in place of the coordinator's thread; audits use it to break the
   * noise.
   */
  readonly noise?: NoiseMaker;
  /**
   * True if the version after `round` must be measured, in place of `evaluation.every`; 0 is the first
   * version.
   */
  readonly measures?: (round: number) => boolean;
  /** Called with errors of single devices and of the coordinator; the run goes on. */
  readonly failed?: (where: string, error: unknown) => void;
}

/** Start of virtual time, ms since 1970. */
export const beginning = Date.UTC(2026, 0, 1);

/** Input of a run. */
export interface RunPlan {
  readonly scenario: Scenario;
  readonly settings: CommonSettings;
  readonly data: FederatedData<unknown>;
  readonly options: RunConditions;
  readonly pool: JobPool;
}

/** Resources that coordinator and devices share. */
export interface Ground {
  /** Undefined in real time. */
  readonly virtual: VirtualClock | undefined;
  readonly clock: Clock;
  readonly work: Work;
  readonly versions: SharedVersions;
  readonly task: Task;
  readonly storage: Stores;
  /** Rounds that ended earlier, oldest first. */
  readonly past: readonly RoundRecord[];
  /** Round under way, or the last one. */
  readonly round: { number: number };
}

/** Opens the clock, the task and the storage, and resumes from a checkpoint. */
export async function openGround({ scenario, settings, data, options, pool }: RunPlan): Promise<Ground> {
  const { transport = 'loopback', checkpoint, measures } = options;
  const virtual = transport === 'loopback' ? new VirtualClock(beginning) : undefined;
  const clock: Clock = virtual ?? systemClock;
  const work = virtual?.work ?? new Work();
  const versions = new SharedVersions(settings.plan.privateLayers.length > 0);
  const round = { number: 0 };
  const isDue = () => measures?.(round.number) ?? round.number % settings.evaluation.every === 0;
  const evaluator = poolEvaluator({ pool, versions, work, size: data.heldOut.length, isDue });
  const task = taskOf(scenario, settings, data, evaluator);
  await loadParts(task);
  const storage = await runStorage(checkpoint, { scenario: scenario.name, settings }, clock, work);
  const newest = await storage.history.rounds(task.name, Number.POSITIVE_INFINITY, 1_000_000);
  const past = newest.toReversed();
  const last = past.at(-1);
  round.number = last?.number ?? 0;
  if (last) virtual?.jump(last.endedAt);
  return { virtual, clock, work, versions, task, storage, past, round };
}

/**
 * Preloads modules that devices import when a plan needs them, because virtual time doesn't see how long an
 * import takes.
 */
async function loadParts({ privacy, strategy, update, buffer, masking }: Task): Promise<void> {
  if (privacy) {
    await import('@murmuration/client-sdk/floors/promises');
    await import('@murmuration/client-sdk/update/noisy-rounding');
  }
  if (strategy.consumes === 'sum' && strategy.control) await loadControlledPart();
  if (update.compression) await loadCompressedPart();
  if (buffer && masking) await loadBufferedPart();
}

/** Coordinator of a run, its devices, and the observers of both. */
export interface Parties {
  readonly coordination: Coordination;
  readonly crowd: Crowd;
  readonly watch: RoundWatch;
  readonly roundRandom: RoundRandom;
  readonly costs: DeviceCosts;
}

/** Connects coordinator and devices; no time passes yet. */
export async function openParties(plan: RunPlan, ground: Ground): Promise<Parties> {
  const { settings, data } = plan;
  const { clock, virtual, round } = ground;
  const behaviour = deviceBehaviour(settings.devices, settings.seed, beginning);
  const roundRandom = new RoundRandom(settings.seed, round.number + 1);
  const storages = new DeviceStorages(settings.seed);
  let opened: RoundWatch | undefined;
  const coordination = await openCoordination(plan, ground, {
    roundRandom,
    behaviour,
    leave: (device, ms) => crowd.leave(device, ms),
    passed: (bytes, way) => opened?.passed(bytes, way),
  });
  const watch = new RoundWatch(
    coordination.events,
    clock,
    () => systemClock.now(),
    device => storages.deviceOf(device),
  );
  opened = watch;
  const costs = new DeviceCosts();
  const world = worldOf(plan, ground, { coordination, behaviour, storages, watch, costs });
  const crowd = new Crowd(
    {
      clock,
      seed: settings.seed,
      size: data.clients.length,
      behaviour: virtual ? behaviour : alwaysThere,
      cut: coordination.cut,
      appear: (number, waits) => new VirtualDevice(number, { ...world, waits }),
      failed: world.failed,
    },
    isSteered(settings),
  );
  return { coordination, crowd, watch, roundRandom, costs };
}

/** True if devices come when the coordinator has told them to. */
export function isSteered({ cohort }: CommonSettings): boolean {
  return cohort.mode !== 'asynchronous' && cohort.selection === 'steered';
}

/** Network of a run, and the listeners to it. */
interface Ways extends Pick<LoopbackSetup, 'leave' | 'passed'> {
  readonly roundRandom: RoundRandom;
  readonly behaviour: Behaviour;
}

async function openCoordination(
  { settings: { seed }, data, options: { noise } }: RunPlan,
  { virtual, task, storage }: Ground,
  { roundRandom, behaviour, leave, passed }: Ways,
): Promise<Coordination> {
  if (!virtual) return socketsCoordination(task, storage, roundRandom.bytes);
  return loopbackCoordination({
    task,
    clock: virtual,
    seed,
    storage,
    roundRandom: roundRandom.bytes,
    behaviour,
    events: new CoordinatorEvents(),
    noise,
    devices: data.clients.length,
    leave,
    passed,
  });
}

/** Environment of devices, and the listeners to them. */
interface Surroundings extends Pick<Parties, 'coordination' | 'watch' | 'costs'> {
  readonly behaviour: Behaviour;
  readonly storages: DeviceStorages;
}

function worldOf(
  { settings: { seed, cohort }, data, options: { failed }, pool }: RunPlan,
  { clock, virtual, versions, task }: Ground,
  { coordination, watch, costs, behaviour, storages }: Surroundings,
): Omit<DeviceWorld, 'waits'> {
  return {
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
    staysToSend: cohort.mode === 'asynchronous' && task.masking !== null,
    examples: device => data.clients[device]!.length,
    trained: (client, _, result) => watch.trained(client, result),
    spent: part => costs.add(part),
    failed: (device, error) => failed?.(`device ${device}`, error),
  };
}

/** Availability in real time, where no device sleeps. */
const alwaysThere: Pick<Behaviour, 'nextOnline' | 'onlineUntil'> = {
  nextOnline: (_, time) => time,
  onlineUntil: () => Number.POSITIVE_INFINITY,
};

/**
 * Returns a hash function that hashes each byte array only once, because many devices download the same one.
 */
function memoised(): (bytes: Uint8Array) => Promise<string> {
  const known = new WeakMap<Uint8Array, string>();
  return async bytes => {
    const hash = known.get(bytes) ?? hex(native.sha256(bytes));
    known.set(bytes, hash);
    return hash;
  };
}
