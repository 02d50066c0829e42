import { MurmurationError } from '@murmuration/protocol/errors';
import type { TaskName } from '@murmuration/protocol/ids';
import type { Clock } from '@murmuration/protocol/ports';
import type { SettingsChanged, TaskSettings } from '../http/messages/settings.ts';
import { changesBetween, settingsOf, withSettings } from './settings.ts';
import type { KeptSettings, SettingsStore } from './settings-store.ts';
import type { Task } from './task.ts';

/** Where a task's rounds take their settings from. */
export interface Adjustable {
  /** As the round under way, or the next one, has it. */
  readonly task: Task;
  /** As the next round has it. */
  readonly upcoming: Task;
  /** From the next round on. */
  adjust(task: Task): void;
}

/** What an operator asks for. */
export interface SettingsChange {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Check alone, and change nothing. */
  readonly dryRun?: boolean;
  /** Only where this is still the newest version of the plan. */
  readonly ifPlanVersion?: number | undefined;
}

/**
 * A task under the settings that operators gave to it, unless its definition has a newer plan. Throws `config.invalid` where they do
 * not fit the definition any more.
 */
export async function asOperatorsSet(task: Task, store: Pick<SettingsStore, 'of'>): Promise<Task> {
  const kept = await store.of(task.name);
  if (!kept || kept.planVersion <= task.planVersion) return task;
  try {
    return withSettings(task, kept.settings as Record<string, unknown>, kept.planVersion);
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The settings that ${kept.changedBy} gave to the task ${task.name} (plan version ${kept.planVersion}) don't fit its definition any more: ${(cause as MurmurationError).detail} Give the definition a planVersion above ${kept.planVersion} to do without them.`,
      { cause },
    );
  }
}

/** Changes settings of tasks, without a restart: a new version of the plan, from the next round on. */
export class SettingsDesk {
  readonly #store: SettingsStore;
  readonly #tasks: ReadonlyMap<string, Adjustable>;
  readonly #clock: Clock;
  /** One change after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: SettingsStore, tasks: ReadonlyMap<string, Adjustable>, clock: Clock) {
    this.#store = store;
    this.#tasks = tasks;
    this.#clock = clock;
  }

  /** Throws `task.unknown`. */
  async of(name: TaskName): Promise<TaskSettings> {
    const { task, upcoming } = this.#find(name);
    return describe(upcoming, task === upcoming, await this.#store.of(name));
  }

  /**
   * Gives settings to a task; what is left out stays as it is, and equal ones change nothing. Throws `task.unknown`, `task.settings` (a
   * `SettingsError`), `task.changed`, or `storage.*`.
   */
  change(name: TaskName, change: SettingsChange, by: string): Promise<SettingsChanged> {
    const mine = this.#last.then(() => this.#change(name, change, by));
    this.#last = mine.catch(() => {});
    return mine;
  }

  async #change(
    name: TaskName,
    { settings, dryRun, ifPlanVersion }: SettingsChange,
    changedBy: string,
  ): Promise<SettingsChanged> {
    const adjustable = this.#find(name);
    const before = adjustable.upcoming;
    if (ifPlanVersion !== undefined && ifPlanVersion !== before.planVersion)
      throw new MurmurationError(
        'task.changed',
        `The plan of ${name} has version ${before.planVersion} now, not ${ifPlanVersion}; look at its settings again.`,
      );
    const after = withSettings(before, settings, before.planVersion + 1);
    const changes = changesBetween(before, after);
    if (changes.length === 0) return { task: await this.of(name), changes, applied: false };
    const kept: KeptSettings = {
      task: name,
      planVersion: after.planVersion,
      settings: settingsOf(after),
      changedAt: this.#clock.now(),
      changedBy,
    };
    if (dryRun) return { task: describe(after, false, kept), changes, applied: false };
    await this.#store.put(kept);
    adjustable.adjust(after);
    return { task: await this.of(name), changes, applied: true };
  }

  #find(name: TaskName): Adjustable {
    const found = this.#tasks.get(name);
    if (!found) throw new MurmurationError('task.unknown', `There is no task "${name}".`);
    return found;
  }
}

function describe(task: Task, inForce: boolean, kept: KeptSettings | undefined): TaskSettings {
  const isKept = kept?.planVersion === task.planVersion;
  return {
    planVersion: task.planVersion,
    settings: settingsOf(task),
    inForce,
    changedAt: isKept ? new Date(kept.changedAt).toISOString() : null,
    changedBy: isKept ? kept.changedBy : null,
  };
}
