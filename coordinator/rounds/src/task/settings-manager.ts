import type { FieldChange } from '@murmuration/api/audit';
import type { SettingsChanged, TaskSettings } from '@murmuration/api/settings';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { knownTask } from './known-task.ts';
import { type Weakness, weakenedBy, weakerThan } from './protection.ts';
import { changesBetween, settingsOf, withSettings } from './settings.ts';
import type { KeptSettings, SettingsStore } from './settings-store.ts';
import type { Task } from './task.ts';

/** Who changes settings. */
export interface Changer {
  readonly name: string;
  /** Whether devices may be protected less than the definition of the task says. */
  readonly mayWeaken: boolean;
}

/** A task whose settings protect its devices less than its definition. */
export interface Weakened {
  readonly task: TaskName;
  readonly weaknesses: readonly Weakness[];
  /** When its settings were changed last, ms since 1970. */
  readonly since: number;
  readonly by: string;
}

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
export async function withStoredSettings(task: Task, store: Pick<SettingsStore, 'of'>): Promise<Task> {
  const kept = await store.of(task.name);
  if (!kept || kept.planVersion <= task.planVersion) return task;
  try {
    return withSettings(task, withoutOldDefaults(kept.settings as Sections), kept.planVersion);
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The settings that ${kept.changedBy} gave to the task ${task.name} (plan version ${kept.planVersion}) don't fit its definition any more: ${(cause as MurmurationError).detail} Give the definition a planVersion above ${kept.planVersion} to do without them.`,
      { cause },
    );
  }
}

type Sections = Readonly<Record<string, unknown>>;

/**
 * Kept settings without the weights that 0.2.0 gave to every masked task whose definition says nothing of them: by default these are `uniform` now,
 * and its devices know no others.
 */
function withoutOldDefaults(settings: Sections): Sections {
  const { weighting, weightCap, ...update } = (settings.update ?? {}) as Sections;
  const isOld = settings.masking !== 'off' && !('perLayer' in update);
  return isOld && weighting === 'examples' && weightCap === 32 ? { ...settings, update } : settings;
}

/** Changes settings of tasks, without a restart: a new version of the plan, from the next round on. */
export class SettingsManager {
  readonly #store: SettingsStore;
  readonly #tasks: ReadonlyMap<string, Adjustable>;
  readonly #defined = new Map<string, Task>();
  readonly #clock: Clock;
  readonly #kept = new Map<TaskName, KeptSettings>();
  /** One change after the other. */
  readonly #changes = new PromiseQueue();

  constructor(store: SettingsStore, tasks: ReadonlyMap<string, Adjustable>, clock: Clock) {
    this.#store = store;
    this.#tasks = tasks;
    this.#clock = clock;
  }

  /** Takes in a task as its definition has it, and reads who gave it its settings; once, before anything of it is asked. */
  async open(defined: Task): Promise<void> {
    const kept = await this.#store.of(defined.name);
    if (kept) this.#kept.set(kept.task, kept);
    this.#defined.set(defined.name, defined);
  }

  /** Throws `task.unknown`. */
  of(name: TaskName): TaskSettings {
    const { task, upcoming } = this.#find(name);
    return this.#describe(upcoming, task === upcoming, this.#kept.get(name));
  }

  /** Tasks that protect their devices less than their definitions say, from the next round on or already. */
  get weakened(): readonly Weakened[] {
    return [...this.#tasks.values()].flatMap(({ upcoming: task }) => {
      const weaknesses = this.#weaknessesOf(task);
      const kept = this.#kept.get(task.name);
      return weaknesses.length === 0 || !kept
        ? []
        : [{ task: task.name, weaknesses, since: kept.changedAt, by: kept.changedBy }];
    });
  }

  /**
   * Gives settings to a task; what is left out stays as it is, and equal ones change nothing. Throws `task.unknown`, `task.settings` (a
   * `SettingsError`), `task.changed`, `storage.*`, or `operator.forbidden` where devices would be protected less and `by` may not do that. `heard`
   * is told what changes, before it does.
   */
  change(
    name: TaskName,
    change: SettingsChange,
    by: Changer,
    heard: (changes: readonly FieldChange[]) => void = () => {},
  ): Promise<SettingsChanged> {
    return this.#changes.run(() => this.#change(name, change, by, heard));
  }

  async #change(
    name: TaskName,
    { settings, dryRun, ifPlanVersion }: SettingsChange,
    { name: changedBy, mayWeaken }: Changer,
    heard: (changes: readonly FieldChange[]) => void,
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
    heard(changes);
    const weakens = [...weakenedBy(this.#defined.get(name) ?? before, before, after)];
    if (changes.length === 0) return { task: this.of(name), changes, weakens, applied: false };
    const kept: KeptSettings = {
      task: name,
      planVersion: after.planVersion,
      settings: settingsOf(after),
      changedAt: this.#clock.now(),
      changedBy,
    };
    if (dryRun) return { task: this.#describe(after, false, kept), changes, weakens, applied: false };
    if (weakens.length > 0 && !mayWeaken)
      throw new MurmurationError(
        'operator.forbidden',
        `This needs the role admin, since devices would be protected less than the definition of ${name} says: ${weakens.map(({ field, means }) => `by ${field} ${means}`).join('; ')}.`,
      );
    await this.#store.put(kept);
    this.#kept.set(name, kept);
    adjustable.adjust(after);
    return { task: this.of(name), changes, weakens, applied: true };
  }

  #weaknessesOf(task: Task): readonly Weakness[] {
    const defined = this.#defined.get(task.name);
    return defined ? weakerThan(defined, task) : [];
  }

  #describe(task: Task, inForce: boolean, kept: KeptSettings | undefined): TaskSettings {
    const isKept = kept?.planVersion === task.planVersion;
    return {
      planVersion: task.planVersion,
      settings: settingsOf(task),
      inForce,
      changedAt: isKept ? new Date(kept.changedAt).toISOString() : null,
      changedBy: isKept ? kept.changedBy : null,
      weakened: [...this.#weaknessesOf(task)],
    };
  }

  #find(name: TaskName): Adjustable {
    return knownTask(this.#tasks.get(name), name);
  }
}
