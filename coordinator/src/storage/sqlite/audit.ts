import type { AuditAction, FieldChange } from '@murmuration/api/audit';
import type { AuditEntry, AuditLog } from '../../operators/audit.ts';
import { fromJson, toJson } from './json.ts';
import type { SqliteDatabase } from './open.ts';

/** The audit log as rows, which triggers keep from being changed or deleted. */
export function sqliteAudit({ rows, writer }: SqliteDatabase): AuditLog {
  return {
    async append({ time, actor, action, subject, outcome, changes: changed }) {
      await writer.write(changes =>
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
          })
          .execute(),
      );
    },

    async list(before, limit) {
      const found = await rows
        .selectFrom('audit')
        .selectAll()
        .where('number', '<', Math.min(before, Number.MAX_SAFE_INTEGER))
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
