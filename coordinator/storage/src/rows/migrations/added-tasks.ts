import type { Migration } from './migration.ts';

/** Adds tasks that operators added to a running coordinator. */
export const addedTasks: Migration = {
  name: 'added-tasks',
  async up({ schema }) {
    await schema
      .createTable('added_tasks')
      .addColumn('task', 'text', column => column.primaryKey())
      .addColumn('file', 'text', column => column.notNull())
      .addColumn('added_at', 'integer', column => column.notNull())
      .addColumn('added_by', 'text', column => column.notNull())
      .execute();
  },
};
