import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { TrackingStore } from './operations.ts';

interface FollowerPorts {
  readonly clock: Clock;
  /** ms between two looks. */
  readonly every: number;
  readonly store: Pick<TrackingStore, 'aliases' | 'putAliases' | 'size'>;
  readonly tasks: () => readonly TaskName[];
  /** The number that the alias `champion` has there; undefined: none that is ours. Throws where the server is away. */
  readonly remote: (task: TaskName) => Promise<number | undefined>;
  /** The number that devices serve here, and whether an operator has pinned it. */
  readonly local: (task: TaskName) => { readonly number: number; readonly isPinned: boolean };
  /** Lets devices serve what somebody named there. Throws as `VersionAliases.set`. */
  readonly set: (task: TaskName, number: number) => Promise<void>;
  readonly fault: (where: string, error: unknown) => void;
}

/**
 * Takes over which version somebody there made the champion: another than what was sent or seen last. Where an operator has pinned one here
 * since then, that stays: an operator of this coordinator has the last word.
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
      // What waits may be an alias of ours, which would look like somebody else's.
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
