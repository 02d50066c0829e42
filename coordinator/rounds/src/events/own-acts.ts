import type { Clock } from '@murmuration/protocol/time/clock';
import type { AuditEntry } from '../operators/audit.ts';
import type { CoordinatorEvents } from './events.ts';

/** What a gate, a trigger or a rule does by itself, as the audit log has it. */
export type OwnAct = Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'changes'>;

/**
 * Does what the coordinator does by itself, and tells of it: `commit` has to store it in one transaction with these entries of the audit log, so
 * that a crash keeps both or neither. Throws what `commit` throws, and then nothing was done.
 */
export async function commitActs<Result>(
  { clock, events }: { readonly clock: Clock; readonly events: CoordinatorEvents },
  acts: readonly OwnAct[],
  commit: (entries: readonly AuditEntry[]) => Promise<Result>,
): Promise<Result> {
  const time = clock.now();
  const entries = acts.map((act): AuditEntry => ({ time, ...act, outcome: 'done' }));
  const result = await commit(entries);
  for (const entry of entries) events.emit('audited', entry);
  return result;
}
