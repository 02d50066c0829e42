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

/** Operator who changes settings. */
export interface Changer {
  readonly name: string;
  /** True if the operator may weaken the protection of devices below the task's definition. */
  readonly mayWeaken: boolean;
}

/** A task whose settings protect its devices less than its definition. */
export interface Weakened {
  readonly task: TaskName;
  readonly weaknesses: readonly Weakness[];
  /** Time of the last change of its settings, ms since 1970. */
  readonly since: number;
  readonly by: string;
}

/** Holder of the settings that a task's rounds use. */
export interface Adjustable {
  /** Task of the round under way, or else of the next round. */
  readonly task: Task;
  /** Task of the next round. */
  readonly upcoming: Task;
  /** Sets the task from the next round on. */
  adjust(task: Task): void;
}

/** Change of settings that an operator requests. */
export interface SettingsChange {
  readonly settings: Readonly<Record<string, unknown>>;
  /** True to check the change without applying it. */
  readonly dryRun?: boolean;
  /** Applies the change only if the plan still has this version. */
  readonly ifPlanVersion?: number | undefined;
}

/**
 * Returns a task under the settings that operators gave it, unless its definition has a newer plan. Throws
 * `config.invalid` if they no longer fit the definition.
 */
export async function withStoredSettings(task: Task, store: Pick<SettingsStore, 'of'>): Promise<Task> {
  const kept = await store.of(task.name);
  if (!kept || kept.planVersion <= task.planVersion) return task;
  try {
    return withSettings(task, ofToday(kept.settings as Sections), kept.planVersion);
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The settings that ${kept.changedBy} gave to the task ${task.name} (plan version ${kept.planVersion}) don't fit its definition any more: ${(cause as MurmurationError).detail} Give the definition a planVersion above ${kept.planVersion} to do without them.`,
      { cause },
    );
  }
}

type Sections = Readonly<Record<string, unknown>>;

/** Returns stored settings without those that were removed since; the longest deadline of messages stays. */
function ofToday(stored: Sections): Sections {
  const settings = withoutOldDefaults(stored);
  const { plan, update, deadlines, eligibility } = settings as Readonly<Record<string, Sections | undefined>>;
  const { seed: _, optimizer = null, ...training } = plan ?? {};
  const { keys, shares, agreement, unmasking, evaluation: __, ...phases } = deadlines ?? {};
  const { minFreeMiB: ___, idle, charging, unmetered, needs, ...conditions } = eligibility ?? {};
  const states = Object.entries({ idle, charging, unmetered }).flatMap(([name, isOn]) => (isOn ? name : []));
  const { feedback: ____, ...compression } = (update?.compression ?? {}) as Sections;
  const halves = [keys, shares].map(time => 2 * Number(time ?? 0));
  const times = [agreement, unmasking].map(time => Number(time ?? 0));
  return {
    ...settings,
    ...(plan && { plan: { ...training, optimizer: (optimizer as Sections | null)?.kind ?? optimizer } }),
    ...(deadlines && {
      deadlines: { ...(agreement !== undefined && { messages: Math.max(...halves, ...times) }), ...phases },
    }),
    ...(update?.compression ? { update: { ...update, compression } } : {}),
    ...(eligibility && { eligibility: { ...conditions, needs: needs ?? states } }),
  };
}

/**
 * Drops the weights that 0.2.0 stored for every masked task whose definition sets none: the default is now
 * `uniform`, the only weighting that its devices know.
 */
function withoutOldDefaults(settings: Sections): Sections {
  const { weighting, weightCap, ...update } = (settings.update ?? {}) as Sections;
  const isOld = settings.masking !== 'off' && !('perLayer' in update);
  return isOld && weighting === 'examples' && weightCap === 32 ? { ...settings, update } : settings;
}

/** Changes settings of running tasks: each change makes a new version of the plan, from the next round on. */
export class SettingsManager {
  readonly #store: SettingsStore;
  readonly #tasks: ReadonlyMap<string, Adjustable>;
  readonly #defined = new Map<string, Task>();
  readonly #clock: Clock;
  readonly #kept = new Map<TaskName, KeptSettings>();
  /** Runs one change at a time. */
  readonly #changes = new PromiseQueue();

  constructor(store: SettingsStore, tasks: ReadonlyMap<string, Adjustable>, clock: Clock) {
    this.#store = store;
    this.#tasks = tasks;
    this.#clock = clock;
  }

  /**
   * Registers a task as defined, and reads its stored settings; call it once, before any other method for
   * this task.
   */
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

  /** Tasks that protect their devices less than their definitions say, now or from the next round on. */
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
   * Changes settings of a task; fields left out stay as they are, and equal ones change nothing. Calls
   * `heard` with the changes before it applies them. Throws `task.unknown`, `task.settings` (a
   * `SettingsError`), `task.changed`, `storage.*`, or `operator.forbidden` if devices would be protected
   * less and `by` may not do that.
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
