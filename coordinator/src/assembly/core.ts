import { startBackend } from '@murmuration/engine/backend/backend';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { DeviceRequests } from '../devices/request-handlers.ts';
import { Uploads } from '../devices/uploads.ts';
import { countExamples } from '../lifecycle/central/count.ts';
import { RunControl } from '../lifecycle/training-runs/run-control.ts';
import { ActivePopulation } from '../population/active-population.ts';
import { ActivityRecorder } from '../population/activity-recorder.ts';
import type { Conduct } from '../population/conduct.ts';
import { Convictions } from '../population/convictions.ts';
import { DeviceRegistry } from '../population/device-registry.ts';
import type { WaitingPool } from '../population/waiting-pool.ts';
import type { Predictor } from '../prediction/predictor.ts';
import { RemotePredictions } from '../prediction/remote-predictions.ts';
import { workerPredictor } from '../prediction/worker-predictor.ts';
import { PrivacyBudgets } from '../privacy/budgets.ts';
import { Readability } from '../promotion/readability.ts';
import { VersionAliases } from '../promotion/version-aliases.ts';
import { NewWords } from '../queries/new-words.ts';
import { Registry } from '../registry/registry.ts';
import { Retention } from '../registry/retention.ts';
import { findRound, resumeAll } from '../rounds/all-tasks.ts';
import type { CheckInHandler } from '../rounds/check-in.ts';
import { RoundControl } from '../rounds/round-control.ts';
import type { TaskRounds } from '../rounds/task-rounds.ts';
import { Traffic } from '../rounds/traffic.ts';
import { requireGrows } from '../rounds/vocabulary-growth.ts';
import { SettingsManager, withStoredSettings } from '../task/settings-manager.ts';
import type { Task } from '../task/task.ts';
import type { CorePorts, FollowedExperiments } from './core-ports.ts';
import { deviceRequests } from './device-requests.ts';
import { Parts } from './parts.ts';
import { taskPreparer } from './prepare-task.ts';

/** A coordinator without a network: rounds, registry, check-ins; what devices and operators ask is led here. */
export interface Core {
  /** By the task's name. */
  readonly rounds: ReadonlyMap<string, TaskRounds>;
  readonly pools: ReadonlyMap<string, WaitingPool>;
  readonly checkIns: ReadonlyMap<string, CheckInHandler>;
  readonly conducts: ReadonlyMap<string, Conduct>;
  /** Of a cell: its parts of rounds that are spread. */
  readonly parts: Parts | undefined;
  readonly registry: Registry;
  readonly versionAliases: VersionAliases;
  /** Which versions in use can't be read. */
  readonly readability: Readability;
  readonly settings: SettingsManager;
  /** The words that devices have and vocabularies lack. */
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
  /** Takes their updates. */
  readonly uploads: Uploads;
  /** Keeps the versions of experiments, and lets devices have their arms; before devices connect. */
  follow(experiments: FollowedExperiments): void;
  /**
   * Makes all that a further task needs. Nobody sees it before the function that is returned is called, which begins its rounds where those of
   * the others have begun, once `ready` has settled. Throws `storage.*`, and whatever the task's model throws.
   */
  add(task: Task): Promise<(ready: (added: TaskRounds) => Promise<void>) => Promise<TaskRounds>>;
  /** Goes on with rounds that the storage has under way; before `start`. */
  resume(): Promise<void>;
  /** Begins the rounds. Throws `server.stopping` after `endRounds` and `suspend`. */
  start(): Promise<void>;
  /** Ends the rounds under way and begins no others; what is old is deleted when it returns. */
  endRounds(): Promise<void>;
  /** Ends the rounds, or leaves them to a coordinator after this one where the storage is durable. */
  suspend(): Promise<void>;
  /** Ends evaluations and predictions, and writes down what was gathered; after `suspend`, once devices have no connection. */
  close(): Promise<void>;
}

/** Puts a core together; no two tasks have one name. Throws `storage.*`, and whatever a task's model throws. */
export async function openCore(defined: readonly Task[], ports: CorePorts): Promise<Core> {
  const { clock, random, storage, population, channel, unmasker, events, limits } = ports;
  const { history } = storage;
  const registry = new Registry(storage.blobs, history, storage.aliases);
  const versionAliases = new VersionAliases(
    storage.aliases,
    history,
    events,
    clock,
    model => registry.files(model),
    task => !!rounds.get(task)?.task.gate,
  );
  const readability = new Readability(registry, versionAliases, events);
  const activity = new ActivityRecorder(storage.activity, events, clock);
  const traffic = new Traffic();
  const privacy = new PrivacyBudgets({
    ledger: storage.privacy,
    noise: ports.noise,
    random: ports.secrets,
    clock,
    enrolled: () => Math.max(population.size, ports.expected ?? 0),
    begun: (task, moreNoise) => events.emit('budget', task, moreNoise),
    // A round may wait for no others now.
    accountsRead: task => rounds.get(task)?.poolChanged(),
    failed: error => events.emit('fault', 'reading who has taken part under a privacy budget', error),
  });

  await startBackend();
  const activePopulation = new ActivePopulation(storage.activity, () => channel.size, clock, events);
  const checkIns = new Map<string, CheckInHandler>();
  const rounds = new Map<string, TaskRounds>();
  const pools = new Map<string, WaitingPool>();
  const conducts = new Map<string, Conduct>();
  const servings = new Map<TaskName, Predictor | null>();
  const control = new RoundControl(rounds, storage.pausedTasks, task => events.emit('steered', task));
  const runs = new RunControl(rounds, storage.runs, clock, events);
  const settings = new SettingsManager(storage.settings, rounds, clock);
  const newWords = new NewWords({
    taskOf: name => rounds.get(name)?.upcoming,
    queryResults: storage.queryResults,
    store: storage.addedWords,
    rejections: storage.rejectedWords,
    async requireGrows(grown) {
      const task = await withStoredSettings(grown, storage.settings);
      const [newest] = await history.versions(task.name, Number.POSITIVE_INFINITY, 1);
      if (newest) await requireGrows(task, registry);
    },
    events,
    clock,
  });

  const parts =
    ports.deal &&
    new Parts({
      deal: ports.deal,
      clock,
      random,
      jitter: ports.jitter,
      storage,
      registry,
      population,
      activePopulation,
      privacy,
      traffic,
      channel,
      unmasker,
      events,
      expects: device => requests.expects(device),
    });

  let experiments: FollowedExperiments | undefined;
  const prepared = taskPreparer({
    ...ports,
    registry,
    versionAliases,
    readability,
    activePopulation,
    privacy,
    traffic,
    settings,
    newWords,
    control,
    experiments: () => experiments,
  });
  const prepare = async (definition: Task) => {
    const { task, opened, runs: runsOfTask } = await prepared(definition);
    return () => {
      if (runsOfTask) runs.admit(runsOfTask);
      pools.set(task.name, opened.pool);
      conducts.set(task.name, opened.conduct);
      rounds.set(task.name, opened.rounds);
      checkIns.set(task.name, opened.checkIns);
      servings.set(task.name, task.serving.remote ? workerPredictor() : null);
      return opened.rounds;
    };
  };
  for (const admit of await inTurn(defined, prepare)) admit();

  const retention = new Retention(ports.retention, history, storage.blobs, clock, {
    async retain(models) {
      await storage.verdicts.retain(models);
      await storage.gateDecisions.retain(models);
    },
  });
  events.on('round-ended', async ({ task }) => {
    const bases = [...rounds.values()].flatMap(each => each.bases);
    const named = await storage.aliases.models();
    await retention.apply(task, new Set([...bases, ...named, ...(experiments?.models ?? [])]));
  });

  const deviceRegistry = new DeviceRegistry(storage.devices, storage.activity, population, {
    isConnected: device => channel.isConnected(device),
    async drop(device) {
      for (const { trainings } of rounds.values()) trainings?.over(device);
      const all = [...rounds.values(), ...(parts?.all ?? [])];
      await Promise.all(all.map(({ current }) => current?.drop(device)));
    },
    disconnect: device => channel.disconnect(device, 'device.revoked'),
  });

  const convictions = new Convictions(
    storage.convictions,
    {
      withdraw(device) {
        const waitsIn = [...pools.values(), ...(parts?.pools ?? [])].filter(pool => pool.has(device));
        for (const pool of waitsIn) pool.remove(device);
        // Nothing else ends the waiting of a device.
        if (waitsIn.length > 0) channel.disconnect(device, 'server.unreachable');
      },
      revoke: device => deviceRegistry.revoke(device),
      async reinstate(device) {
        await population.reinstate(device);
      },
      async forget(device) {
        for (const conduct of [...conducts.values(), ...(parts?.conducts ?? [])]) conduct.forget(device);
        await storage.marks.forget(device);
      },
    },
    clock,
    events,
  );
  await convictions.open();

  const predictions = new RemotePredictions(servings, {
    registry,
    history,
    champion: task => versionAliases.of(task).champion.model,
    clock,
    limits,
  });

  let isStarted = false;
  const counts: Cancel[] = [];
  const startTask = async (each: TaskRounds) => {
    await each.start();
    const { name, central, retrain } = each.task;
    await runs.start(name);
    if (central && retrain?.when.some(({ kind }) => kind === 'new-examples'))
      counts.push(
        countExamples(central, {
          clock,
          events,
          trainer: ports.trainer,
          observe: observation => runs.observe(name, observation),
        }),
      );
  };
  const endRuns = async () => {
    for (const cancel of counts.splice(0)) cancel();
    await runs.close();
  };
  const endRounds = async () => {
    await endRuns();
    await Promise.all(Array.from(rounds.values(), each => each.stop()));
    await retention.settled();
  };
  const requests = deviceRequests({
    clock,
    events,
    rounds,
    pools,
    checkIns,
    parts,
    predictions,
    deviceRegistry,
    versionAliases,
    armOf: (task, device) => experiments?.ofDevice(task, device),
    came: (task, device, answers) => experiments?.devices.came(task, device, answers),
    convictions,
    requireSent: ports.requireSent ?? (() => {}),
  });
  return {
    rounds,
    versionAliases,
    readability,
    settings,
    newWords,
    pools,
    checkIns,
    conducts,
    parts,
    registry,
    privacy,
    traffic,
    control,
    runs,
    deviceRegistry,
    activePopulation,
    convictions,
    requests,
    uploads: new Uploads({
      findRound(round, assignment) {
        ports.requireLeading?.();
        return parts?.find(round, assignment) ?? findRound(rounds, round, assignment);
      },
      traffic,
      isRevoked: device => population.isRevoked(device),
    }),
    follow(all) {
      experiments = all;
    },
    async resume() {
      if (storage.durable) await resumeAll(rounds, storage.rounds, { history, clock, events }, storage.parts);
    },
    async add(task) {
      const admit = await prepare(task);
      return async ready => {
        const added = admit();
        try {
          await ready(added);
          if (isStarted) await startTask(added);
        } catch (error) {
          // What is tried again makes rounds of its own: these may not go on beside them.
          await conducts.get(task.name)?.close();
          for (const each of [pools, rounds, checkIns, conducts, servings]) each.delete(task.name);
          await added.suspend();
          throw error;
        }
        return added;
      };
    },
    async start() {
      isStarted = true;
      for (const each of rounds.values()) await startTask(each);
    },
    endRounds,
    async suspend() {
      if (!storage.durable) return endRounds();
      await endRuns();
      await Promise.all([
        ...Array.from(rounds.values(), each => each.suspend()),
        parts?.suspend(),
        privacy.close(),
      ]);
    },
    async close() {
      await predictions.close();
      await privacy.close();
      await Promise.all(Array.from(rounds.values(), ({ task }) => task.evaluator?.close()));
      await retention.settled();
      await activity.close();
      await convictions.close();
      await Promise.all(Array.from(conducts.values(), each => each.close()));
    },
  };
}

async function inTurn<Given, Made>(
  all: readonly Given[],
  make: (each: Given) => Promise<Made>,
): Promise<Made[]> {
  const made: Made[] = [];
  for (const each of all) made.push(await make(each));
  return made;
}
