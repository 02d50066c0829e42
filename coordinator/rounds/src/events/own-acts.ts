import type { Clock } from '@murmuration/protocol/time/clock';
import type { AuditEntry } from '../operators/audit.ts';
import type { CoordinatorEvents } from './events.ts';

/** Audit entry, without time and outcome, of an act of a gate, a trigger or a rule. */
export type OwnAct = Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'changes'>;

/**
 * Commits acts of the coordinator and emits their audit entries: `commit` must store the acts and these
 * entries in one transaction, so that a crash keeps both or neither. Throws errors of `commit`; then nothing
 * was done.
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
