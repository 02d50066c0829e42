import type { Migration } from './migration.ts';

/** Adds the queue for an OpenLineage server. */
export const lineage: Migration = {
  name: 'lineage',
  async up({ schema }) {
    await schema
      .createTable('lineage_queue')
      .addColumn('number', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('kind', 'text', column => column.notNull())
      .addColumn('operation', 'text', column => column.notNull())
      .execute();
  },
};
