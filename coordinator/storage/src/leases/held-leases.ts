import type { Leased } from './parts.ts';

/** A lease as it is kept where all cells see it. */
export interface KeptLease {
  readonly task: string;
  readonly token: number;
}

/** What a cell knows of its own leases: by their numbers it is told from one that was replaced, also once it has let go of them. */
export class HeldLeases {
  readonly #tokens = new Map<Leased, number>();
  readonly #tasks = new Set<Leased>();
  readonly #lost: () => Error;
  #isReleased = false;

  /** `lost` makes the error where another cell has one of them. */
  constructor(lost: () => Error) {
    this.#lost = lost;
  }

  get tasks(): ReadonlySet<Leased> {
    return this.#tasks;
  }

  /** Whether this cell may write whatever is kept: it has had no task yet. */
  get isUnbound(): boolean {
    return this.#tokens.size === 0 && !this.#isReleased;
  }

  take(task: Leased, token: number): void {
    this.#isReleased = false;
    this.#tokens.set(task, token);
    this.#tasks.add(task);
  }

  /** One of them may be another cell's from now on: nothing of it is under way here. */
  letGo(task: Leased): void {
    this.#tokens.delete(task);
    this.#tasks.delete(task);
  }

  /** From now on nothing may be written: what is still under way belongs to tasks that others may have. */
  release(): void {
    this.#isReleased = true;
    this.#tokens.clear();
    this.#tasks.clear();
  }

  /** `kept`: those that name this cell. Throws where one of its own is not among them, or it has let go of all. */
  require(kept: readonly KeptLease[]): void {
    const found = new Map(kept.map(({ task, token }) => [task, token]));
    for (const [task, token] of this.#tokens) if (found.get(task) !== token) throw this.#lost();
    if (this.#isReleased) throw this.#lost();
  }
}
