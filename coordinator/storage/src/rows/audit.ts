import type { AuditAction, FieldChange } from '@murmuration/api/audit';
import type { AuditEntry, AuditLog } from '@murmuration/rounds/operators/audit';
import type { Transaction } from 'kysely';
import { bound } from './bound.ts';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';
import type { Tables } from './schema.ts';

/** Keeps the audit log as rows, which triggers protect from changes and deletion. */
export function sqlAudit({ rows, writer }: RowDatabase): AuditLog {
  return {
    append: (entry, begun) => writer.write(changes => append(changes, entry, begun)),

    async list(before, limit, actions) {
      const found = await rows
        .selectFrom('audit')
        .selectAll()
        .where('number', '<', bound(before))
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('audit as later')
                .select('later.number')
                .whereRef('later.begun', '=', 'audit.number'),
            ),
          ),
        )
        .$if(actions !== undefined, query => query.where('action', 'in', [...(actions ?? [])]))
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return found.map(({ number, time, actor_id, actor_name, action, subject, outcome, changes }) => ({
        number,
        time,
        actor: { id: actor_id, name: actor_name },
        action: action as AuditAction,
        subject,
        outcome: outcome as AuditEntry['outcome'],
        changes: changes === null ? null : fromJson<FieldChange[]>(changes),
      }));
    },
  };
}

/** Appends entries in the transaction of the changes that they describe, so that both are kept or neither. */
export async function appendEntries(
  changes: Transaction<Tables>,
  entries: readonly AuditEntry[],
): Promise<void> {
  for (const entry of entries) await append(changes, entry);
}

async function append(
  changes: Transaction<Tables>,
  { time, actor, action, subject, outcome, changes: changed }: AuditEntry,
  begun?: number,
): Promise<number> {
  const { number } = await changes
    .insertInto('audit')
    .values({
      time,
      actor_id: actor.id,
      actor_name: actor.name,
      action,
      subject,
      outcome,
      changes: changed && toJson(changed),
      begun: begun ?? null,
    })
    .returning('number')
    .executeTakeFirstOrThrow();
  return number;
}
