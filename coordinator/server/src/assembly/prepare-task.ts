import { centralStage } from '@murmuration/lifecycle/central/stage';
import { openTrainingRuns } from '@murmuration/lifecycle/training-runs/open-runs';
import type { TrainingRuns } from '@murmuration/lifecycle/training-runs/training-runs';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { ActivePopulation } from '@murmuration/rounds/population/active-population';
import type { PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import type { Readability } from '@murmuration/rounds/promotion/readability';
import type { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import type { Registry } from '@murmuration/rounds/registry/registry';
import { ensureFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { ngramsFrom } from '@murmuration/rounds/rounds/ngram-chain';
import {
  type OpenTaskRounds,
  openTaskRounds,
  type TaskPorts,
} from '@murmuration/rounds/rounds/open-task-rounds';
import type { RoundControl } from '@murmuration/rounds/rounds/round-control';
import { splitOf } from '@murmuration/rounds/rounds/split-of';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import type { Traffic } from '@murmuration/rounds/rounds/traffic';
import { type SettingsManager, withStoredSettings } from '@murmuration/rounds/task/settings-manager';
import type { Task } from '@murmuration/rounds/task/task';
import { withAddedWords } from '@murmuration/rounds/vocabulary/added-words';
import type { CorePorts, FollowedExperiments } from './core-ports.ts';

/** Maximum number of versions that a query of outcomes distinguishes. */
const maxAskedVersions = 16;

/** Dependencies that the tasks of a coordinator share. */
export interface TaskWorld
  extends Pick<
    CorePorts,
    | 'clock'
    | 'random'
    | 'jitter'
    | 'secrets'
    | 'storage'
    | 'population'
    | 'expected'
    | 'channel'
    | 'unmasker'
    | 'trainer'
    | 'events'
    | 'moments'
    | 'deal'
  > {
  readonly registry: Registry;
  readonly versionAliases: VersionAliases;
  readonly readability: Readability;
  readonly activePopulation: ActivePopulation;
  readonly privacy: PrivacyBudgets;
  readonly traffic: Traffic;
  readonly settings: SettingsManager;
  readonly control: RoundControl;
  /** Returns undefined until experiments are followed. */
  readonly experiments: () => FollowedExperiments | undefined;
}

/** Task with all its parts, not started yet. */
export interface PreparedTask {
  /** Task with the words that were added and the settings that were stored. */
  readonly task: Task;
  readonly opened: OpenTaskRounds;
  /** Training runs, if the task retrains automatically or on demand. */
  readonly runs: TrainingRuns | undefined;
}

/**
 * Returns a function that prepares tasks: their first version, names, settings, budget, training runs and
 * rounds, in that order. It throws `storage.*`, and whatever a task's model throws.
 */
export function taskPreparer(world: TaskWorld): (definition: Task) => Promise<PreparedTask> {
  const { clock, storage, events, registry, versionAliases, privacy, traffic, deal } = world;
  const { history } = storage;
  const ngramsOf = ngramsFrom(storage.queryResults, clock);
  return async defined => {
    const definition = await withAddedWords(defined, storage.addedWords);
    const task = await withStoredSettings(definition, storage.settings);
    await ensureFirstVersion(task, registry, history, clock, ngramsOf);
    await versionAliases.open(task.name);
    await world.readability.look(task.name);
    await world.settings.open(definition);
    await world.activePopulation.open([task]);
    await privacy.open(task.name, deal !== undefined && task.spread !== null);
    if (task.privacy?.devices) {
      const { files } = await registry.current(task.name);
      privacy.requireNoise(task, splitOf(task, files).shared.count);
    }
    let rounds: TaskRounds | undefined;
    const runs = await openTrainingRuns(definition, {
      store: storage.runs,
      history,
      clock,
      random: world.secrets,
      events,
      rounds: () => rounds,
    });
    const { central } = task;
    const { trainer } = world;
    const opened: OpenTaskRounds = openTaskRounds(task, {
      ...versionsOf(task.name, world),
      arms: armsOf(task.name, world),
      runs,
      central: central
        ? centralStage(central, () => opened.rounds.task, registry, trainer, clock, ngramsOf)
        : undefined,
      registry,
      queryResults: storage.queryResults,
      marks: storage.marks,
      clock,
      random: world.random,
      jitter: world.jitter,
      unmasker: world.unmasker,
      channel: world.channel,
      activePopulation: world.activePopulation,
      history,
      spread: deal && {
        parts: storage.parts,
        partOf: (name, device, count) => deal.of(name, device, count),
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
      privacy,
      traffic: () => traffic.of(task.name),
      enrolled: () => Math.max(world.population.size, world.expected ?? 0),
      moments: world.moments,
      events,
    });
    await opened.conduct.open();
    await world.control.open([opened.rounds]);
    rounds = opened.rounds;
    return { task, opened, runs };
  };
}

/** Returns the versions that a task's rounds involve in addition to the newest. */
function versionsOf(
  task: TaskName,
  { versionAliases, storage, experiments }: TaskWorld,
): Pick<TaskPorts, 'named' | 'versions' | 'inUse'> {
  return {
    named: () => {
      const { champion } = versionAliases.of(task);
      return champion.pinned ? champion.model : undefined;
    },
    async versions() {
      const { champion, base, aliases } = versionAliases.of(task);
      const newest = await storage.history.versions(task, Number.POSITIVE_INFINITY, maxAskedVersions);
      const inUse = [champion, base, ...aliases].map(({ model }) => model);
      const all = [...inUse, ...(experiments()?.modelsOf(task) ?? []), ...newest.map(({ model }) => model)];
      return [...new Set(all)].slice(0, maxAskedVersions);
    },
    async inUse() {
      const { champion, base, newest, aliases } = versionAliases.of(task);
      const challenger = aliases.find(({ alias }) => alias === 'challenger');
      const all = [base, champion, ...(challenger ? [challenger] : []), newest];
      return [...new Set(all.map(({ model }) => model))];
    },
  };
}

/** Returns the connection between a task's rounds and the arms of experiments. */
function armsOf(task: TaskName, { experiments }: TaskWorld): TaskPorts['arms'] {
  return {
    isAsking: query => experiments()?.devices.isAsking(task, query) ?? false,
    next: (query, least) => experiments()?.devices.next(task, query, least),
    labels: (device, answers) => experiments()?.devices.labels(task, device, answers) ?? answers ?? [],
    answered: (arm, devices) => experiments()?.devices.answered(task, arm, devices),
  };
}
