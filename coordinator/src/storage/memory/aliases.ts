import type { AuditLog } from '../../operators/audit.ts';
import type { Alias, AliasStore } from '../../registry/aliases.ts';
import { appendAll, memoryAudit } from './audit.ts';

/** `audit` takes what the log says of its changes. */
export function memoryAliases(audit: Pick<AuditLog, 'append'> = memoryAudit()): AliasStore {
  let aliases: readonly Alias[] = [];
  return {
    async of(task) {
      return aliases.filter(each => each.task === task).sort((a, b) => (a.alias < b.alias ? -1 : 1));
    },
    async change(task, set, remove = [], entries = []) {
      await appendAll(audit, entries);
      const gone = new Set([...remove, ...set.map(({ alias }) => alias)]);
      aliases = [...aliases.filter(each => each.task !== task || !gone.has(each.alias)), ...set];
    },
    async models() {
      return new Set(aliases.map(({ model }) => model));
    },
  };
}
