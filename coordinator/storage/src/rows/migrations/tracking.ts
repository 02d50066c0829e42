import type { Migration } from './migration.ts';

/** Adds the queue for a tracking server, and the aliases that both sides last agreed on. */
export const tracking: Migration = {
  name: 'tracking',
  async up({ schema }) {
    await schema
      .createTable('tracking_queue')
      .addColumn('number', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('kind', 'text', column => column.notNull())
      .addColumn('operation', 'text', column => column.notNull())
      .execute();
    await schema
      .createTable('tracking_aliases')
      .addColumn('task', 'text', column => column.primaryKey())
      .addColumn('aliases', 'text', column => column.notNull())
      .execute();
  },
};
