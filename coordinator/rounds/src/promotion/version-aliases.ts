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

/** A version, as short as it goes. */
export interface VersionName {
  readonly number: number;
  readonly model: ModelHash;
}

/** Which versions of a task are in use, and for what. */
export interface VersionsInUse {
  /** What devices serve: the one that an operator or the gate has named, else the newest. */
  readonly champion: VersionName & {
    readonly pinned: Pick<Alias, 'setAt' | 'setBy'> | null;
    /** The operator who has pinned it; null: nobody has, though the gate may have named it. */
    readonly heldBy: string | null;
  };
  /** What the next round trains from. */
  readonly base: VersionName;
  readonly newest: VersionName;
  /** All names that operators gave, `base` left out. */
  readonly aliases: readonly Alias[];
}

/** Ports of the names of versions. */
interface AliasPorts {
  readonly store: AliasStore;
  readonly history: Pick<History, 'at' | 'versions'>;
  readonly moments: Pick<Moments, 'aliasesChanged'>;
  readonly events: CoordinatorEvents;
  readonly clock: Clock;
  /** Throws where the files of a model can't be read: such a version is put to no use. */
  readonly read: (model: ModelHash) => Promise<unknown>;
  /** True where a task's newest version is not served by itself; never by default. */
  readonly isGated?: ((task: TaskName) => boolean) | undefined;
}

/** Names that are not an operator's to give. */
const reserved: ReadonlySet<string> = new Set(['latest', 'base']);

/** In whose name versions are promoted that have passed the gate of their task. */
export const gateName = 'the gate';

/**
 * Which version devices serve and rounds train from: the newest one, unless an operator says otherwise. `acts` is what the audit log says of a
 * change that the coordinator makes by itself; it is committed with it.
 */
export class VersionAliases {
  readonly #ports: AliasPorts;
  /** What is read and what is then changed are one step. */
  readonly #turns = new PromiseQueue();
  readonly #inUse = new Map<TaskName, VersionsInUse>();

  constructor(ports: AliasPorts) {
    this.#ports = ports;
  }

  /** The newest version is another one: devices serve it where nothing is named, and rounds train from it. */
  versionStored({ task, number, model }: ModelVersion): void {
    const before = this.#inUse.get(task);
    if (!before) return;
    const newest = { number, model };
    const champion = before.champion.pinned ? before.champion : { ...newest, pinned: null, heldBy: null };
    this.#inUse.set(task, { ...before, champion, base: newest, newest });
  }

  /** Reads what is in use of a task that has a version; once, before anything else is asked about it. */
  async open(task: TaskName): Promise<void> {
    const [newest] = await this.#ports.history.versions(task, Number.POSITIVE_INFINITY, 1);
    if (newest) this.#inUse.set(task, inUseOf(newest, await this.#ports.store.of(task)));
  }

  /** Whether the newest version of a task has to pass a gate before devices serve it. */
  isGated(task: TaskName): boolean {
    return this.#ports.isGated?.(task) ?? false;
  }

  /** Throws `task.unknown`. */
  of(task: TaskName): VersionsInUse {
    return knownTask(this.#inUse.get(task), task);
  }

  /**
   * Gives a name to a version, or with null takes the name away; without `champion` devices follow the newest version, or those that pass the gate
   * of a task that has one. False where it `isStill` not to be when its turn comes: then nothing changes. Throws `task.unknown`, `model.missing`,
   * `model.corrupt`, or `request.invalid` for a name that is not an operator's to give.
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
        // The gate has the say again; what is served stays until a version passes.
        const { champion } = this.of(task);
        await this.#change(task, [await this.#alias(task, alias, champion.number, gateName)], [], acts);
      }
      return true;
    });
  }

  /** Names the version that the gate of a task looks at; null: it looks at none. Throws as `set`. */
  async challenge(task: TaskName, number: number | null): Promise<void> {
    await this.#turns.run(async () => {
      if (number === null) await this.#change(task, [], ['challenger']);
      else await this.#change(task, [await this.#alias(task, 'challenger', number, gateName)]);
    });
  }

  /**
   * Lets devices serve a version that has passed the gate, in place of `from`; false where they don't serve that any more, or an operator has
   * pinned it: then nothing changes. Throws as `set`.
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
   * Takes back a version that the gate promoted: devices serve `to` again, and the next round trains from it. The gate keeps the say. Throws
   * `round.closed` where they serve neither of both any more, or an operator has pinned one, and as `set`.
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
   * Lets devices serve an older version, and the next round train from it. Without a number it is the parent of the version that
   * devices serve. `from`: the version that is taken back. Throws `task.unknown`, `model.missing` where there is no such version, or no longer,
   * `model.corrupt`, or `round.closed` where devices serve another one than `from` by now.
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
      // A version that came meanwhile would else be what the next round trains from.
      if (this.of(task).newest.number === champion.newest) return champion;
      left = [];
    }
  }

  async #parentNumber(task: TaskName): Promise<number> {
    const { champion } = this.of(task);
    // Not all that there is of the version: it may be damaged.
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
    // Another one may have been published meanwhile.
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
    // Another one may have been published meanwhile.
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
