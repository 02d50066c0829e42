import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '../operators/audit.ts';
import type { Documents } from '../operators/documents.ts';

/** Name for a version, which can move to another one. */
export interface Alias {
  readonly task: TaskName;
  /**
   * Name: devices serve `champion`; the next round trains from `base` until there is a newer version than
   * when it was set.
   */
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

/** Store of the aliases of versions. */
export type AliasStore = ReturnType<typeof aliasesIn>;

export function aliasesIn(documents: Documents) {
  const kind = 'alias';
  return {
    /** Lists the aliases of a task, by name. */
    async of(task: TaskName): Promise<readonly Alias[]> {
      const found = await documents.list<Alias>(kind, { scope: task });
      return found.map(({ value }) => value).sort((a, b) => (a.alias < b.alias ? -1 : 1));
    },
    /**
     * Changes aliases in one transaction: puts `set`, removes the task's names in `remove`, and appends
     * `entries` to the audit log.
     */
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
    /** Returns the models that have an alias. */
    async models(): Promise<ReadonlySet<ModelHash>> {
      return new Set((await documents.list<Alias>(kind)).map(({ value }) => value.model));
    },
  };
}

/** Returns the version to which an operator rolled back, unless there is a newer version since. */
export function baseOf(newest: number, aliases: readonly Alias[]): Alias | undefined {
  return aliases.find(({ alias, newest: then }) => alias === 'base' && then === newest);
}
