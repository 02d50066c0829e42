import { startBackend } from '@murmuration/engine/backend/backend';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { CheckIn, ComeBack } from '@murmuration/protocol/messages/check-in';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { PartDeal } from '../cells/parts.ts';
import type { DeviceRequests } from '../devices/request-handlers.ts';
import { Uploads } from '../devices/uploads.ts';
import type { CoordinatorEvents } from '../events/events.ts';
import type { CentralTrainer } from '../lifecycle/central/central-trainer.ts';
import { countExamples } from '../lifecycle/central/count.ts';
import { centralStage } from '../lifecycle/central/stage.ts';
import type { Experiments } from '../lifecycle/experiments/experiments.ts';
import { openTrainingRuns } from '../lifecycle/training-runs/open-runs.ts';
import { RunControl } from '../lifecycle/training-runs/run-control.ts';
import type { Limits } from '../limits/limits.ts';
import type { Unmasker } from '../masking/unmasker.ts';
import { ActivePopulation } from '../population/active-population.ts';
import { ActivityRecorder } from '../population/activity-recorder.ts';
import { Convictions } from '../population/convictions.ts';
import { DeviceRegistry } from '../population/device-registry.ts';
import type { Population } from '../population/population.ts';
import type { WaitingPool } from '../population/waiting-pool.ts';
import type { Predictor } from '../prediction/predictor.ts';
import { RemotePredictions } from '../prediction/remote-predictions.ts';
import { workerPredictor } from '../prediction/worker-predictor.ts';
import { PrivacyBudgets } from '../privacy/budgets.ts';
import type { NoiseMaker } from '../privacy/noise-maker.ts';
import { Readability } from '../promotion/readability.ts';
import { VersionAliases } from '../promotion/version-aliases.ts';
import { NewWords } from '../queries/new-words.ts';
import { Registry } from '../registry/registry.ts';
import { Retention, type RetentionPolicy } from '../registry/retention.ts';
import { findRound, resumeAll } from '../rounds/all-tasks.ts';
import type { CheckInHandler } from '../rounds/check-in.ts';
import { ensureFirstVersion } from '../rounds/first-version.ts';
import { versionMaker } from '../rounds/make-version.ts';
import { ngramsFrom } from '../rounds/ngram-chain.ts';
import { type OpenTaskRounds, openTaskRounds } from '../rounds/open-task-rounds.ts';
import type { CohortChannel } from '../rounds/ports.ts';
import { RoundControl } from '../rounds/round-control.ts';
import { splitOf } from '../rounds/split-of.ts';
import type { TaskRounds } from '../rounds/task-rounds.ts';
import { Traffic } from '../rounds/traffic.ts';
import { requireGrows } from '../rounds/vocabulary-growth.ts';
import type { Storage } from '../storage/storage.ts';
import { SettingsManager, withStoredSettings } from '../task/settings-manager.ts';
import type { Task } from '../task/task.ts';
import { deviceRequests } from './device-requests.ts';
import { Parts } from './parts.ts';

/** What the parts of a task need of experiments. */
type FollowedExperiments = Pick<Experiments, 'models' | 'modelsOf' | 'ofDevice' | 'devices'>;

/** The way to all devices, whatever carries it. */
export interface DeviceChannel extends CohortChannel {
  /** Devices that are connected and have said hello. */
  readonly size: number;
  /** Those devices. */
  readonly devices: Iterable<DeviceId>;
  /** Tells a device that it may come back sooner; one without a connection is not told. */
  comeBack(device: DeviceId, message: ComeBack): void;
  /** Closes the connection of a device that was revoked, or that another cell takes, if it has one. */
  disconnect(device: DeviceId, code: 'device.revoked' | 'server.unreachable'): void;
}

/** What a coordinator stands on; all of it is closed by the caller, after the core. */
export interface CorePorts {
  readonly clock: Clock;
  /** Draws cohorts, and makes ids and tokens of rounds. */
  readonly random: RandomBytes;
  /** Spreads check-ins. */
  readonly jitter: RandomBytes;
  /** Makes the secrets of noise, which nobody may guess. */
  readonly secrets: RandomBytes;
  readonly storage: Storage;
  /** Open. */
  readonly population: Population;
  /** Devices that will have enrolled once they are wanted, where that is known. */
  readonly expected?: number;
  readonly channel: DeviceChannel;
  readonly unmasker: Unmasker;
  readonly noise: NoiseMaker;
  /** Trains on examples of the coordinator's own. */
  readonly trainer: CentralTrainer;
  readonly events: CoordinatorEvents;
  readonly limits: Limits;
  readonly retention: RetentionPolicy;
  /** Of a cell: how devices are dealt to the parts of rounds that are spread; left out where each round is whole. */
  readonly deal?: PartDeal | undefined;
  /** Throws where no device is led now; left out where all always are. */
  readonly requireLeading?: (() => void) | undefined;
  /** Throws `ticket.refused` for a device that may not check in here; left out where all may. */
  readonly requireSent?: ((device: DeviceId, message: CheckIn) => void) | undefined;
}

/** A coordinator without a network: rounds, registry, check-ins; what devices and operators ask is led here. */
export interface Core {
  /** By the task's name. */
  readonly rounds: ReadonlyMap<string, TaskRounds>;
  readonly pools: ReadonlyMap<string, WaitingPool>;
  readonly checkIns: ReadonlyMap<string, CheckInHandler>;
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

/** Versions that a query of outcomes tells apart, at most. */
const mostAsked = 16;

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

  const ngramsOf = ngramsFrom(storage.queryResults, clock);
  let experiments: FollowedExperiments | undefined;
  const prepare = async (given: Task) => {
    const definition = await newWords.grown(given);
    const task = await withStoredSettings(definition, storage.settings);
    await ensureFirstVersion(task, registry, history, clock, ngramsOf);
    await versionAliases.open(task.name);
    await readability.look(task.name);
    await settings.open(definition);
    await activePopulation.open([task]);
    await privacy.open(task.name, ports.deal !== undefined && task.spread !== null);
    if (task.privacy?.devices) {
      const { files } = await registry.current(task.name);
      privacy.requireNoise(task, splitOf(task, files).shared.count);
    }
    const runsOfTask = await openTrainingRuns(definition, {
      store: storage.runs,
      history,
      clock,
      random: ports.secrets,
      events,
    });
    const opened: OpenTaskRounds = openTaskRounds(task, {
      runs: runsOfTask,
      central:
        task.central === null
          ? undefined
          : centralStage(task.central, () => opened.rounds.task, registry, ports.trainer, clock, ngramsOf),
      registry,
      queryResults: storage.queryResults,
      clock,
      random,
      jitter: ports.jitter,
      unmasker,
      channel,
      activePopulation,
      history,
      spread: ports.deal && {
        parts: storage.parts,
        partOf: (name, device, count) => ports.deal!.of(name, device, count),
      },
      store: storage.durable ? storage.rounds : undefined,
      makeVersion: taskOf =>
        versionMaker(
          taskOf,
          registry,
          clock,
          privacy,
          (...step) => events.emit('closing-step', ...step),
          ngramsOf,
        ),
      named: () => {
        const { champion } = versionAliases.of(task.name);
        return champion.pinned ? champion.model : undefined;
      },
      async versions() {
        const { champion, base, aliases } = versionAliases.of(task.name);
        const newest = await history.versions(task.name, Number.POSITIVE_INFINITY, mostAsked);
        const inUse = [champion, base, ...aliases].map(({ model }) => model);
        const all = [
          ...inUse,
          ...(experiments?.modelsOf(task.name) ?? []),
          ...newest.map(({ model }) => model),
        ];
        return [...new Set(all)].slice(0, mostAsked);
      },
      arms: {
        isAsking: query => experiments?.devices.isAsking(task.name, query) ?? false,
        next: (query, least) => experiments?.devices.next(task.name, query, least),
        labels: (device, answers) => experiments?.devices.labels(task.name, device, answers) ?? answers ?? [],
        answered: (arm, devices) => experiments?.devices.answered(task.name, arm, devices),
      },
      async inUse() {
        const { champion, base, newest, aliases } = versionAliases.of(task.name);
        const challenger = aliases.find(({ alias }) => alias === 'challenger');
        const all = [base, champion, ...(challenger ? [challenger] : []), newest];
        return [...new Set(all.map(({ model }) => model))];
      },
      privacy,
      traffic: () => traffic.of(task.name),
      enrolled: () => population.size,
      events,
    });
    await control.open([opened.rounds]);
    runsOfTask?.drive(opened.rounds);
    return () => {
      if (runsOfTask) runs.admit(runsOfTask);
      pools.set(task.name, opened.pool);
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
          for (const each of [pools, rounds, checkIns, servings]) each.delete(task.name);
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
