import type { Migration } from './migration.ts';

/** Adds the times of requests to ask a query. */
export const wantedQueries: Migration = {
  name: 'wanted-queries',
  async up({ schema }) {
    await schema
      .createTable('wanted_queries')
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('query', 'text', column => column.notNull())
      .addColumn('at', 'integer', column => column.notNull())
      .addPrimaryKeyConstraint('wanted_queries_key', ['task', 'query'])
      .execute();
  },
};
