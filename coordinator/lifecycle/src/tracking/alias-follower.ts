import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { TrackingStore } from './operations.ts';

interface FollowerPorts {
  readonly clock: Clock;
  /** ms between two looks. */
  readonly every: number;
  readonly store: Pick<TrackingStore, 'aliases' | 'putAliases' | 'size'>;
  readonly tasks: () => readonly TaskName[];
  /**
   * Returns the number of the remote alias `champion`; undefined if it is none of our versions. Throws if
   * the server is away.
   */
  readonly remote: (task: TaskName) => Promise<number | undefined>;
  /** Returns the number of the local champion, and true in `isPinned` if an operator has pinned it. */
  readonly local: (task: TaskName) => { readonly number: number; readonly isPinned: boolean };
  /** Sets the local champion to the remote one. Throws as `VersionAliases.set`. */
  readonly set: (task: TaskName, number: number) => Promise<void>;
  readonly fault: (where: string, error: unknown) => void;
}

/**
 * Follows changes of the remote champion to another version than was last sent or seen. A version that an
 * operator pinned here since then stays: an operator of this coordinator has the last word.
 */
export class AliasFollower {
  readonly #ports: FollowerPorts;
  #cancel: Cancel = () => {};
  #isClosed = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(ports: FollowerPorts) {
    this.#ports = ports;
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#looking;
  }

  #schedule(): void {
    const { clock, every } = this.#ports;
    if (this.#isClosed) return;
    this.#cancel = clock.at(clock.now() + every, () => {
      this.#looking = this.#look().finally(() => this.#schedule());
    });
  }

  async #look(): Promise<void> {
    const { store, tasks, fault } = this.#ports;
    try {
      // A waiting operation may be one of our own aliases, which would look like a remote change.
      if ((await store.size()) > 0) return;
      for (const task of tasks()) await this.#follow(task);
    } catch (error) {
      fault('following aliases', error);
    }
  }

  async #follow(task: TaskName): Promise<void> {
    const { store, remote, local, set } = this.#ports;
    const there = await remote(task);
    if (there === undefined) return;
    const { champion: before } = await store.aliases(task);
    const here = local(task);
    const isTheirs = there !== before && there !== here.number;
    if (isTheirs && (!here.isPinned || here.number === before)) await set(task, there);
    await store.putAliases(task, { champion: there });
  }
}
