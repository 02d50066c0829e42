import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditLog } from '../../operators/audit.ts';
import type { AddedWords, AddedWordsStore } from '../../task/added-words.ts';
import { appendAll, memoryAudit } from './audit.ts';

/** `audit` takes what the log says of its changes. */
export function memoryAddedWords(audit: Pick<AuditLog, 'append'> = memoryAudit()): AddedWordsStore {
  const kept = new Map<TaskName, AddedWords>();
  return {
    async of(task) {
      return kept.get(task);
    },
    async put(added, entries = []) {
      await appendAll(audit, entries);
      kept.set(added.task, added);
    },
  };
}
