import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '../operators/audit.ts';
import type { Documents } from '../operators/documents.ts';

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

/** Keeps the aliases of versions. */
export type AliasStore = ReturnType<typeof aliasesIn>;

export function aliasesIn(documents: Documents) {
  const kind = 'alias';
  return {
    /** Those of a task, by name. */
    async of(task: TaskName): Promise<readonly Alias[]> {
      const found = await documents.list<Alias>(kind, { scope: task });
      return found.map(({ value }) => value).sort((a, b) => (a.alias < b.alias ? -1 : 1));
    },
    /** All at once: sets `set`, takes away those of a task named in `remove`, and appends `entries` to the audit log. */
    async change(
      task: TaskName,
      set: readonly Alias[],
      remove: readonly string[] = [],
      entries: readonly AuditEntry[] = [],
    ): Promise<void> {
      await documents.change({
        remove: remove.map(alias => ({ kind, scope: task, key: alias })),
        put: set.map(value => ({ kind, scope: value.task, key: value.alias, at: value.setAt, value })),
        entries,
      });
    },
    /** The models that have an alias. */
    async models(): Promise<ReadonlySet<ModelHash>> {
      return new Set((await documents.list<Alias>(kind)).map(({ value }) => value.model));
    },
  };
}

/** The version to which an operator rolled back, until a newer one was made from it. */
export function baseOf(newest: number, aliases: readonly Alias[]): Alias | undefined {
  return aliases.find(({ alias, newest: then }) => alias === 'base' && then === newest);
}
