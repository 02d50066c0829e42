import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Adds privacy budgets of tasks, the steps that rounds took, and the devices that took part. */
export const privacy: Migration = {
  name: 'privacy',
  async up({ schema }) {
    await schema
      .createTable('privacy_budgets')
      .addColumn('number', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('id', 'text', column => column.notNull().unique())
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('terms', 'text', column => column.notNull())
      .addColumn('opened_at', 'integer', column => column.notNull())
      .execute();
    await schema
      .createTable('privacy_steps')
      .addColumn('budget', 'text', column => column.notNull())
      .addColumn('step', 'integer', column => column.notNull())
      .addColumn('round', 'text', column => column.notNull())
      .addColumn('seed', 'blob')
      .addPrimaryKeyConstraint('privacy_step_once', ['budget', 'step'])
      .modifyEnd(sql`without rowid`)
      .execute();
    await schema
      .createTable('privacy_parts')
      .addColumn('budget', 'text', column => column.notNull())
      .addColumn('device', 'text', column => column.notNull())
      .addColumn('step', 'integer', column => column.notNull())
      .addColumn('parts', 'integer', column => column.notNull())
      .addPrimaryKeyConstraint('privacy_parts_once', ['budget', 'device'])
      .modifyEnd(sql`without rowid`)
      .execute();
  },
};
