import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import type { Moments } from '../events/moments.ts';
import { commitActs, type OwnAct } from '../events/own-acts.ts';
import { type Alias, type AliasStore, baseOf } from '../registry/aliases.ts';
import type { ModelVersion } from '../registry/model-version.ts';
import type { History } from '../registry/ports.ts';
import { knownTask } from '../task/known-task.ts';

/** Number and hash of a version. */
export interface VersionName {
  readonly number: number;
  readonly model: ModelHash;
}

/** Versions of a task that are in use. */
export interface VersionsInUse {
  /** Version that devices serve: the one that an operator or the gate named, else the newest. */
  readonly champion: VersionName & {
    readonly pinned: Pick<Alias, 'setAt' | 'setBy'> | null;
    /** Operator who pinned it; null if none did, even if the gate named it. */
    readonly heldBy: string | null;
  };
  /** Version that the next round trains from. */
  readonly base: VersionName;
  readonly newest: VersionName;
  /** Aliases set by operators, except `base`. */
  readonly aliases: readonly Alias[];
}

/** Ports of `VersionAliases`. */
interface AliasPorts {
  readonly store: AliasStore;
  readonly history: Pick<History, 'at' | 'versions'>;
  readonly moments: Pick<Moments, 'aliasesChanged'>;
  readonly events: CoordinatorEvents;
  readonly clock: Clock;
  /** Reads the files of a model; throws if it can't, and the version is then not used. */
  readonly read: (model: ModelHash) => Promise<unknown>;
  /** True if a task's newest version is not served automatically; never by default. */
  readonly isGated?: ((task: TaskName) => boolean) | undefined;
}

/** Names that operators can't set. */
const reserved: ReadonlySet<string> = new Set(['latest', 'base']);

/** Name under which versions that passed the gate are promoted. */
export const gateName = 'the gate';

/**
 * Decides which version devices serve and rounds train from: the newest, unless an operator chooses another.
 * `acts` are the audit entries of a change by the coordinator, committed together with it.
 */
export class VersionAliases {
  readonly #ports: AliasPorts;
  /** Makes each read and the change that follows one step. */
  readonly #turns = new PromiseQueue();
  readonly #inUse = new Map<TaskName, VersionsInUse>();

  constructor(ports: AliasPorts) {
    this.#ports = ports;
  }

  /** Records a new newest version: devices serve it unless a champion is named, and rounds train from it. */
  versionStored({ task, number, model }: ModelVersion): void {
    const before = this.#inUse.get(task);
    if (!before) return;
    const newest = { number, model };
    const champion = before.champion.pinned ? before.champion : { ...newest, pinned: null, heldBy: null };
    this.#inUse.set(task, { ...before, champion, base: newest, newest });
  }

  /**
   * Reads the versions in use of a task with at least one version; call it once, before any other method for
   * this task.
   */
  async open(task: TaskName): Promise<void> {
    const [newest] = await this.#ports.history.versions(task, Number.POSITIVE_INFINITY, 1);
    if (newest) this.#inUse.set(task, inUseOf(newest, await this.#ports.store.of(task)));
  }

  /** True if the newest version of a task must pass a gate before devices serve it. */
  isGated(task: TaskName): boolean {
    return this.#ports.isGated?.(task) ?? false;
  }

  /** Throws `task.unknown`. */
  of(task: TaskName): VersionsInUse {
    return knownTask(this.#inUse.get(task), task);
  }

  /**
   * Sets an alias of a version, or removes it if `number` is null; without `champion`, devices follow the
   * newest version or, in a task with a gate, the versions that pass it. Returns false, and changes nothing,
   * if `isStill` returns false when it is its turn. Throws `task.unknown`, `model.missing`, `model.corrupt`,
   * or `request.invalid` for a name that operators can't set.
   */
  async set(
    task: TaskName,
    alias: string,
    number: number | null,
    setBy: string,
    acts: readonly OwnAct[] = [],
    isStill: () => boolean = () => true,
  ): Promise<boolean> {
    if (reserved.has(alias) || (alias === 'challenger' && this.isGated(task)))
      throw new MurmurationError('request.invalid', `"${alias}" is a name that moves by itself.`);
    return this.#turns.run(async () => {
      if (!isStill()) return false;
      if (number !== null)
        await this.#change(task, [await this.#alias(task, alias, number, setBy)], [], acts);
      else if (alias !== 'champion' || !this.isGated(task)) await this.#change(task, [], [alias], acts);
      else {
        // The gate decides again; the served version stays until another one passes.
        const { champion } = this.of(task);
        await this.#change(task, [await this.#alias(task, alias, champion.number, gateName)], [], acts);
      }
      return true;
    });
  }

  /** Names the version that the gate of a task looks at; null names none. Throws as `set`. */
  async challenge(task: TaskName, number: number | null): Promise<void> {
    await this.#turns.run(async () => {
      if (number === null) await this.#change(task, [], ['challenger']);
      else await this.#change(task, [await this.#alias(task, 'challenger', number, gateName)]);
    });
  }

  /**
   * Makes a version that passed the gate the champion, in place of `from`. Returns false, and changes
   * nothing, if devices no longer serve `from` or an operator has pinned it. Throws as `set`.
   */
  async promote(
    task: TaskName,
    number: number,
    from: number,
    acts: readonly OwnAct[] = [],
  ): Promise<boolean> {
    return this.#turns.run(async () => {
      const { number: served, heldBy } = this.of(task).champion;
      if (served !== from || heldBy !== null) return false;
      const champion = await this.#alias(task, 'champion', number, gateName);
      await this.#change(task, [champion], ['challenger'], acts);
      return true;
    });
  }

  /**
   * Takes back a version that the gate promoted: devices serve `to` again, and the next round trains from
   * it. The gate stays in charge. Throws `round.closed` if devices serve neither version any more or an
   * operator has pinned one, and as `set`.
   */
  async takeBack(task: TaskName, bad: number, to: number, acts: readonly OwnAct[] = []): Promise<void> {
    await this.#turns.run(async () => {
      const { number, heldBy } = this.of(task).champion;
      if (heldBy !== null || (number !== bad && number !== to))
        throw new MurmurationError('round.closed', `Version ${bad} of ${task} is not served any more.`);
      await this.#goBack(task, to, gateName, acts);
    });
  }

  /**
   * Rolls back to an older version: devices serve it, and the next round trains from it. Without `number`,
   * it is the parent of the served version. `from` is the version to be taken back. Throws `task.unknown`,
   * `model.missing` if the version doesn't exist or is no longer kept, `model.corrupt`, or `round.closed` if
   * devices no longer serve `from`.
   */
  async rollBack(
    task: TaskName,
    number: number | undefined,
    setBy: string,
    from?: number,
  ): Promise<VersionName> {
    return this.#turns.run(async () => {
      const { champion } = this.of(task);
      if (from !== undefined && champion.number !== from)
        throw new MurmurationError(
          'round.closed',
          `Version ${from} of ${task} is not served any more: somebody else has put version ${champion.number} in its place.`,
        );
      return this.#goBack(task, number ?? (await this.#parentNumber(task)), setBy);
    });
  }

  async #goBack(
    task: TaskName,
    to: number,
    setBy: string,
    acts: readonly OwnAct[] = [],
  ): Promise<VersionName> {
    let left = acts;
    for (;;) {
      const champion = await this.#alias(task, 'champion', to, setBy);
      await this.#change(task, [champion, { ...champion, alias: 'base' }], [], left);
      // Otherwise the next round would train from a version that came in the meantime.
      if (this.of(task).newest.number === champion.newest) return champion;
      left = [];
    }
  }

  async #parentNumber(task: TaskName): Promise<number> {
    const { champion } = this.of(task);
    // Reads only the row, since the version's files may be damaged.
    const [served] = await this.#ports.history.versions(task, champion.number + 1, 1);
    const parent = served?.number === champion.number ? served.parent : undefined;
    if (parent === null || parent === undefined)
      throw new MurmurationError(
        'model.missing',
        `Version ${champion.number} is the first one: nothing is before it.`,
      );
    const older = await this.#ports.history.versions(task, champion.number, champion.number);
    const found = older.find(({ model }) => model === parent);
    if (!found)
      throw new MurmurationError(
        'model.missing',
        `The version before ${champion.number} is no longer kept; name one that is.`,
      );
    return found.number;
  }

  async #alias(task: TaskName, alias: string, number: number, setBy: string): Promise<Alias> {
    this.of(task);
    const head = await this.#ports.history.at(task, number);
    if (!head) throw new MurmurationError('model.missing', `The task ${task} has no version ${number}.`);
    const { model } = head.version;
    await this.#ports.read(model);
    // Another version may have been published in the meantime.
    const { newest } = this.of(task);
    return { task, alias, number, model, newest: newest.number, setAt: this.#ports.clock.now(), setBy };
  }

  async #change(
    task: TaskName,
    set: readonly Alias[],
    remove: readonly string[] = [],
    acts: readonly OwnAct[] = [],
  ): Promise<void> {
    this.of(task);
    const { store, moments } = this.#ports;
    await commitActs(this.#ports, acts, entries => store.change(task, set, remove, entries));
    const aliases = await store.of(task);
    // Another version may have been published in the meantime.
    const { newest } = this.of(task);
    this.#inUse.set(task, inUseOf(newest, aliases));
    moments.aliasesChanged(task);
  }
}

function inUseOf({ number, model }: VersionName, aliases: readonly Alias[]): VersionsInUse {
  const newest = { number, model };
  const champion = aliases.find(({ alias }) => alias === 'champion');
  return {
    champion: champion
      ? {
          number: champion.number,
          model: champion.model,
          pinned: champion,
          heldBy: champion.setBy === gateName ? null : champion.setBy,
        }
      : { ...newest, pinned: null, heldBy: null },
    base: baseOf(number, aliases) ?? newest,
    newest,
    aliases: aliases.filter(({ alias }) => alias !== 'base'),
  };
}
