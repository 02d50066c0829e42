import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Trigger bodies that refuse a change. */
const refusal = {
  sqlite: sql`begin select raise(abort, 'The audit log only grows.'); end`,
  postgresql: sql`for each row execute function audit_only_grows()`,
};

/** Adds enrolment and operator tokens, the audit log, and activity of devices. */
export const access: Migration = {
  name: 'access',
  async up(database, kind) {
    const { schema } = database;
    await schema
      .createTable('enrolment_tokens')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('digest', 'blob', column => column.notNull())
      .addColumn('name', 'text', column => column.notNull())
      .addColumn('max_uses', 'integer')
      .addColumn('uses', 'integer', column => column.notNull())
      .addColumn('created_at', 'integer', column => column.notNull())
      .addColumn('expires_at', 'integer')
      .addColumn('revoked_at', 'integer')
      .execute();
    await schema
      .createTable('enrolment_uses')
      .addColumn('token', 'text', column => column.notNull())
      .addColumn('device', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('enrolment_uses_once', ['token', 'device'])
      .modifyEnd(sql`without rowid`)
      .execute();
    await schema
      .createTable('operator_tokens')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('digest', 'blob', column => column.notNull())
      .addColumn('name', 'text', column => column.notNull())
      .addColumn('role', 'text', column => column.notNull())
      .addColumn('created_at', 'integer', column => column.notNull())
      .addColumn('expires_at', 'integer')
      .addColumn('revoked_at', 'integer')
      .execute();
    await schema
      .createTable('audit')
      .addColumn('number', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('time', 'integer', column => column.notNull())
      .addColumn('actor_id', 'text', column => column.notNull())
      .addColumn('actor_name', 'text', column => column.notNull())
      .addColumn('action', 'text', column => column.notNull())
      .addColumn('subject', 'text', column => column.notNull())
      .addColumn('outcome', 'text', column => column.notNull())
      .execute();
    if (kind === 'postgresql')
      await sql`
        create function audit_only_grows() returns trigger language plpgsql as
        $$ begin raise exception 'The audit log only grows.'; end $$`.execute(database);
    for (const change of ['update', 'delete'])
      await sql`
        create trigger ${sql.ref(`audit_no_${change}`)} before ${sql.raw(change)} on audit
        ${refusal[kind]}`.execute(database);
    await schema
      .createTable('device_activity')
      .addColumn('device', 'text', column => column.primaryKey())
      .addColumn('seen_at', 'integer', column => column.notNull())
      .addColumn('platform', 'text', column => column.notNull())
      .addColumn('sdk', 'text', column => column.notNull())
      .execute();
    await schema
      .createTable('participation')
      .addColumn('device', 'text', column => column.notNull())
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('rounds', 'integer', column => column.notNull())
      .addColumn('updates', 'integer', column => column.notNull())
      .addColumn('last_at', 'integer', column => column.notNull())
      .addPrimaryKeyConstraint('participation_once', ['device', 'task'])
      .modifyEnd(sql`without rowid`)
      .execute();
    await schema
      .createTable('paused_tasks')
      .addColumn('task', 'text', column => column.primaryKey())
      .execute();
  },
};
