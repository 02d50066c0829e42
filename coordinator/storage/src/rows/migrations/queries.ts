import type { Migration } from './migration.ts';

/** Adds results of queries to devices. */
export const queries: Migration = {
  name: 'queries',
  async up({ schema }) {
    await schema
      .createTable('query_results')
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('query', 'text', column => column.notNull())
      .addColumn('number', 'integer', column => column.notNull())
      .addColumn('result', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('query_results_key', ['task', 'query', 'number'])
      .execute();
  },
};
