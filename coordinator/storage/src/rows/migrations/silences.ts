import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Adds silenced kinds of alerts. */
export const silences: Migration = {
  name: 'silences',
  async up({ schema }) {
    await schema
      .createTable('silences')
      .addColumn('rule', 'text', column => column.notNull())
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('until', 'integer', column => column.notNull())
      .addColumn('set_by', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('silences_once', ['rule', 'task'])
      .modifyEnd(sql`without rowid`)
      .execute();
  },
};
