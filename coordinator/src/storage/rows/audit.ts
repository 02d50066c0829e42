import type { AuditAction, FieldChange } from '@murmuration/api/audit';
import type { AuditEntry, AuditLog } from '../../operators/audit.ts';
import { bound } from './bound.ts';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';

/** The audit log as rows, which triggers keep from being changed or deleted. */
export function sqlAudit({ rows, writer }: RowDatabase): AuditLog {
  return {
    async append({ time, actor, action, subject, outcome, changes: changed }, begun) {
      const { number } = await writer.write(changes =>
        changes
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
          .executeTakeFirstOrThrow(),
      );
      return number;
    },

    async list(before, limit) {
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
