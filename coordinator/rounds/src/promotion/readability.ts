import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents } from '../events/events.ts';
import type { ModelVersion } from '../registry/model-version.ts';
import type { Registry } from '../registry/registry.ts';
import type { VersionAliases } from './version-aliases.ts';

/** Version in use with a missing or damaged part. */
export interface Unreadable {
  readonly task: TaskName;
  readonly number: number;
  /** Use of the version: the next round trains from it, or devices serve it. */
  readonly use: 'base' | 'champion';
  /** Problem, as a sentence. */
  readonly reason: string;
}

/** True if a model is missing or damaged, false for a temporary failure of the storage. */
export function isUnreadable(error: unknown): error is MurmurationError {
  return (
    error instanceof MurmurationError &&
    (error.code === 'model.missing' || error.code === 'model.corrupt' || error.code === 'storage.corrupt')
  );
}

/**
 * Tracks versions in use that can't be read: without them no round begins, or devices have no model to
 * serve.
 */
export class Readability {
  readonly #registry: Pick<Registry, 'current' | 'files'>;
  readonly #versionAliases: Pick<VersionAliases, 'of'>;
  readonly #events: CoordinatorEvents;
  readonly #found = new Map<TaskName, readonly Unreadable[]>();

  constructor(
    registry: Pick<Registry, 'current' | 'files'>,
    versionAliases: Pick<VersionAliases, 'of'>,
    events: CoordinatorEvents,
  ) {
    this.#registry = registry;
    this.#versionAliases = versionAliases;
    this.#events = events;
  }

  /** Checks the task again if it had unreadable versions, which may no longer be in use. */
  async versionStored({ task }: ModelVersion): Promise<void> {
    if (this.of(task).length > 0) await this.look(task);
  }

  /** Unreadable versions, by task, base first. */
  get all(): readonly Unreadable[] {
    return [...this.#found.values()].flat();
  }

  of(task: TaskName): readonly Unreadable[] {
    return this.#found.get(task) ?? [];
  }

  /** Checks unreadable versions again, which an operator may have restored. */
  async lookAgain(): Promise<void> {
    for (const [task, found] of this.#found) if (found.length > 0) await this.look(task);
  }

  /** Reads the versions in use of a task; a temporary failure of the storage changes nothing. */
  async look(task: TaskName): Promise<void> {
    const { base, champion } = this.#versionAliases.of(task);
    const found: Unreadable[] = [];
    try {
      found.push(...(await unreadable(task, 'base', base.number, () => this.#registry.current(task))));
      if (champion.model !== base.model)
        found.push(
          ...(await unreadable(task, 'champion', champion.number, () =>
            this.#registry.files(champion.model),
          )),
        );
    } catch (error) {
      this.#events.emit('fault', 'reading a version', error);
      return;
    }
    const before = this.of(task);
    this.#found.set(task, found);
    if (JSON.stringify(before) !== JSON.stringify(found)) this.#events.emit('readability', task);
  }
}

async function unreadable(
  task: TaskName,
  use: Unreadable['use'],
  number: number,
  read: () => Promise<unknown>,
): Promise<readonly Unreadable[]> {
  try {
    await read();
    return [];
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return [{ task, number, use, reason: error.detail }];
  }
}
