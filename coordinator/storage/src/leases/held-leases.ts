import type { Leased } from './parts.ts';

/** Stored lease, which all cells see. */
export interface KeptLease {
  readonly task: string;
  readonly token: number;
}

/**
 * Leases that a cell holds, with their tokens, which tell it from a cell that replaced it, also after it let
 * go of them.
 */
export class HeldLeases {
  readonly #tokens = new Map<Leased, number>();
  readonly #tasks = new Set<Leased>();
  readonly #lost: () => Error;
  #isReleased = false;

  /** Takes `lost`, which makes the error if another cell has one of the leases. */
  constructor(lost: () => Error) {
    this.#lost = lost;
  }

  get tasks(): ReadonlySet<Leased> {
    return this.#tasks;
  }

  /** True if this cell holds no lease and has not released all; it may then write anything. */
  get isUnbound(): boolean {
    return this.#tokens.size === 0 && !this.#isReleased;
  }

  take(task: Leased, token: number): void {
    this.#isReleased = false;
    this.#tokens.set(task, token);
    this.#tasks.add(task);
  }

  /** Removes a lease that another cell may take: the task has nothing under way here. */
  letGo(task: Leased): void {
    this.#tokens.delete(task);
    this.#tasks.delete(task);
  }

  /** Removes all leases and forbids further writes: late ones are for tasks that other cells may have. */
  release(): void {
    this.#isReleased = true;
    this.#tokens.clear();
    this.#tasks.clear();
  }

  /**
   * Checks stored leases with this cell as their holder. Throws if a held lease is missing in `kept`, or if
   * all were released.
   */
  require(kept: readonly KeptLease[]): void {
    const found = new Map(kept.map(({ task, token }) => [task, token]));
    for (const [task, token] of this.#tokens) if (found.get(task) !== token) throw this.#lost();
    if (this.#isReleased) throw this.#lost();
  }
}
