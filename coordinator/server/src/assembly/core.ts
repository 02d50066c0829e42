import { startBackend } from '@murmuration/engine/backend/backend';
import { RunControl } from '@murmuration/lifecycle/training-runs/run-control';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { ActivePopulation } from '@murmuration/rounds/population/active-population';
import { ActivityRecorder } from '@murmuration/rounds/population/activity-recorder';
import type { Conduct } from '@murmuration/rounds/population/conduct';
import type { Convictions } from '@murmuration/rounds/population/convictions';
import type { DeviceRegistry } from '@murmuration/rounds/population/device-registry';
import type { WaitingPool } from '@murmuration/rounds/population/waiting-pool';
import { PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import { Readability } from '@murmuration/rounds/promotion/readability';
import { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import { Registry } from '@murmuration/rounds/registry/registry';
import { Retention } from '@murmuration/rounds/registry/retention';
import { findRound } from '@murmuration/rounds/rounds/all-tasks';
import type { CheckInHandler } from '@murmuration/rounds/rounds/check-in';
import { RoundControl } from '@murmuration/rounds/rounds/round-control';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { Traffic } from '@murmuration/rounds/rounds/traffic';
import { requireGrows } from '@murmuration/rounds/rounds/vocabulary-growth';
import { SettingsManager, withStoredSettings } from '@murmuration/rounds/task/settings-manager';
import type { Task } from '@murmuration/rounds/task/task';
import { NewWords } from '@murmuration/rounds/vocabulary/new-words';
import type { DeviceRequests } from '../devices/request-handlers.ts';
import { Uploads } from '../devices/uploads.ts';
import type { CorePorts, FollowedExperiments } from './core-ports.ts';
import { deviceRequests } from './device-requests.ts';
import { openDeviceControl } from './devices.ts';
import { SpreadParts } from './parts.ts';
import { taskPreparer } from './prepare-task.ts';
import { TaskLife } from './task-life.ts';
import { TaskTable } from './task-table.ts';

/**
 * Coordinator without a network: rounds, registry, check-ins, and the handling of device and operator
 * requests.
 */
export interface Core {
  /** Rounds by task name. */
  readonly rounds: ReadonlyMap<string, TaskRounds>;
  readonly pools: ReadonlyMap<string, WaitingPool>;
  readonly checkIns: ReadonlyMap<string, CheckInHandler>;
  readonly conducts: ReadonlyMap<string, Conduct>;
  /** Parts of spread rounds that this process runs; only in a cell. */
  readonly parts: SpreadParts | undefined;
  readonly registry: Registry;
  readonly versionAliases: VersionAliases;
  /** Tracks which versions in use can't be read. */
  readonly readability: Readability;
  readonly settings: SettingsManager;
  /** Words that devices have and vocabularies lack. */
  readonly newWords: NewWords;
  readonly privacy: PrivacyBudgets;
  readonly traffic: Traffic;
  readonly control: RoundControl;
  readonly runs: RunControl;
  readonly deviceRegistry: DeviceRegistry;
  readonly activePopulation: ActivePopulation;
  readonly convictions: Convictions;
  /** Answers devices that have said hello. */
  readonly requests: DeviceRequests;
  /** Takes the devices' updates. */
  readonly uploads: Uploads;
  /** Keeps the versions of experiments and gives devices their arms; call it before devices connect. */
  follow(experiments: FollowedExperiments): void;
  /** Returns the experiments on a task whose arms answer requests. */
  served(task: TaskName): ReturnType<FollowedExperiments['served']>;
  /**
   * Prepares a further task. The task stays invisible until the returned function is called; that function
   * begins the task's rounds once `ready` has settled, if those of the other tasks have begun. Throws
   * `storage.*`, and whatever the task's model throws.
   */
  add(task: Task): Promise<(ready: (added: TaskRounds) => Promise<void>) => Promise<TaskRounds>>;
  /** Resumes the rounds that the storage has under way; call it before `start`. */
  resume(): Promise<void>;
  /** Begins the rounds. Throws `server.stopping` after `endRounds` and `suspend`. */
  start(): Promise<void>;
  /** Ends the rounds under way and begins no others; expired data is deleted when it returns. */
  endRounds(): Promise<void>;
  /** Ends the rounds, or leaves them to the next coordinator if the storage is durable. Idempotent. */
  suspend(): Promise<void>;
  /** Suspends, ends evaluations, and writes what was gathered; call it once no device is connected. */
  close(): Promise<void>;
}

/** Opens a core; task names must be unique. Throws `storage.*`, and whatever a task's model throws. */
export async function openCore(defined: readonly Task[], ports: CorePorts): Promise<Core> {
  const { clock, storage, population, channel, events, moments, deal } = ports;
  const { history } = storage;
  const table = new TaskTable();
  const { rounds, pools, checkIns, conducts } = table;
  const registry = new Registry(storage.blobs, history, storage.aliases);
  const versionAliases = new VersionAliases({
    store: storage.aliases,
    history,
    moments,
    events,
    clock,
    read: model => registry.files(model),
    isGated: task => !!rounds.get(task)?.task.gate,
  });
  const readability = new Readability(registry, versionAliases, events);
  const activity = new ActivityRecorder(storage.activity, events, clock);
  const traffic = new Traffic();
  const privacy = budgetsOf(ports, rounds);
  await startBackend();
  const activePopulation = new ActivePopulation(storage.activity, () => channel.size, clock, events);
  const control = new RoundControl(rounds, storage.pausedTasks, task => events.emit('steered', task));
  const runs = new RunControl(rounds, storage.runs, clock);
  const settings = new SettingsManager(storage.settings, rounds, clock);
  const newWords = newWordsOf(ports, rounds, registry);
  const shared = { registry, versionAliases, readability, activePopulation, privacy, traffic };
  const parts =
    deal && new SpreadParts({ ...ports, ...shared, deal, expects: device => requests.expects(device) });
  let experiments: FollowedExperiments | undefined;
  const retention = retentionOf(ports);
  moments.join({
    versionAliases,
    readability,
    runs,
    retention: {
      async apply(task) {
        const bases = [...rounds.values()].flatMap(each => each.bases);
        const named = await storage.aliases.models();
        await retention.apply(task, new Set([...bases, ...named, ...(experiments?.models ?? [])]));
      },
    },
  });
  const life = new TaskLife(ports, {
    table,
    prepare: taskPreparer({
      ...ports,
      ...shared,
      settings,
      control,
      experiments: () => experiments,
    }),
    runs,
    parts,
    privacy,
    retention,
  });
  for (const task of defined) (await life.prepare(task))();
  const devices = await openDeviceControl(ports, table, parts);
  moments.join(devices);
  const requests = deviceRequests({
    clock,
    events,
    rounds,
    pools,
    checkIns,
    parts,
    ...devices,
    versionAliases,
    armOf: (task, device) => experiments?.ofDevice(task, device),
    came: (task, device, answers) => experiments?.devices.came(task, device, answers),
    requireSent: ports.requireSent ?? (() => {}),
  });
  const uploads = new Uploads({
    findRound(round, assignment) {
      ports.requireLeading?.();
      return parts?.find(round, assignment) ?? findRound(rounds, round, assignment);
    },
    traffic,
    isRevoked: device => population.isRevoked(device),
  });
  return {
    ...{ rounds, pools, checkIns, conducts, parts, settings, newWords, control, runs, requests, uploads },
    ...shared,
    ...devices,
    follow(all) {
      experiments = all;
    },
    served: task => experiments?.served(task) ?? [],
    add: task => life.add(task),
    resume: () => life.resume(),
    start: () => life.start(),
    endRounds: () => life.endRounds(),
    suspend: () => life.suspend(),
    async close() {
      await life.suspend();
      await privacy.close();
      await Promise.all(Array.from(rounds.values(), ({ task }) => task.evaluator?.close()));
      await retention.settled();
      await activity.close();
      await devices.convictions.close();
      await Promise.all(Array.from(conducts.values(), each => each.close()));
    },
  };
}

type Rounds = ReadonlyMap<string, TaskRounds>;

const budgetsOf = (
  { storage, noise, secrets, clock, population, expected, events }: CorePorts,
  rounds: Rounds,
): PrivacyBudgets =>
  new PrivacyBudgets({
    ledger: storage.privacy,
    noise,
    random: secrets,
    clock,
    enrolled: () => Math.max(population.size, expected ?? 0),
    begun: (task, moreNoise) => events.emit('budget', task, moreNoise),
    // A round may have been waiting only for these accounts.
    accountsRead: task => rounds.get(task)?.poolChanged(),
    failed: error => events.emit('fault', 'reading who has taken part under a privacy budget', error),
  });

const newWordsOf = ({ storage, clock }: CorePorts, rounds: Rounds, registry: Registry): NewWords =>
  new NewWords({
    taskOf: name => rounds.get(name)?.upcoming,
    queryResults: storage.queryResults,
    store: storage.addedWords,
    async requireGrows(grown) {
      const task = await withStoredSettings(grown, storage.settings);
      const [newest] = await storage.history.versions(task.name, Number.POSITIVE_INFINITY, 1);
      if (newest) await requireGrows(task, registry);
    },
    clock,
  });

const retentionOf = ({ storage, clock, retention }: CorePorts): Retention =>
  new Retention(retention, storage.history, storage.blobs, clock, {
    async retain(models) {
      await storage.verdicts.retain(models);
      await storage.gateDecisions.retain(models);
    },
  });
