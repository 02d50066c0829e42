import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '../operators/audit.ts';

/** A name that an operator gave to a version, and may give to another one. */
export interface Alias {
  readonly task: TaskName;
  /** `champion` is what devices serve; `base` is what the next round trains from, while no version is newer than it was then. */
  readonly alias: string;
  readonly number: number;
  readonly model: ModelHash;
  /** Number of the newest version when it was set. */
  readonly newest: number;
  /** ms since 1970. */
  readonly setAt: number;
  /** Name of the operator. */
  readonly setBy: string;
}

export interface AliasStore {
  /** Those of a task, by name. */
  of(task: TaskName): Promise<readonly Alias[]>;
  /** All at once: sets `set`, takes away those of a task named in `remove`, and appends `entries` to the audit log. */
  change(
    task: TaskName,
    set: readonly Alias[],
    remove?: readonly string[],
    entries?: readonly AuditEntry[],
  ): Promise<void>;
  /** The models that have an alias. */
  models(): Promise<ReadonlySet<ModelHash>>;
}

/** The version to which an operator rolled back, until a newer one was made from it. */
export function baseOf(newest: number, aliases: readonly Alias[]): Alias | undefined {
  return aliases.find(({ alias, newest: then }) => alias === 'base' && then === newest);
}
