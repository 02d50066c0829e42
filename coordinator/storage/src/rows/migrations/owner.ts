import type { Migration } from './migration.ts';

/** Adds the process that has the storage; at most one row. */
export const owner: Migration = {
  name: 'owner',
  async up({ schema }) {
    await schema
      .createTable('owner')
      .addColumn('id', 'integer', column => column.primaryKey())
      .addColumn('token', 'text', column => column.notNull())
      .addColumn('process', 'text', column => column.notNull())
      .addColumn('pid', 'integer', column => column.notNull())
      .addColumn('file', 'text', column => column.notNull())
      .execute();
  },
};
