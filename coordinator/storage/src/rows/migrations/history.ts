import type { Migration } from './migration.ts';

/** Adds versions and rounds that are over: columns for look-ups, and each as JSON. */
export const history: Migration = {
  name: 'history',
  async up({ schema }) {
    await schema
      .createTable('versions')
      .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('number', 'integer', column => column.notNull())
      .addColumn('model', 'text', column => column.notNull())
      .addColumn('version', 'text', column => column.notNull())
      .addColumn('state', 'text', column => column.notNull())
      .addUniqueConstraint('versions_by_number', ['task', 'number'])
      .execute();
    await schema.createIndex('versions_by_model').on('versions').column('model').execute();
    await schema
      .createTable('rounds')
      .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('number', 'integer', column => column.notNull())
      .addColumn('round', 'text', column => column.notNull().unique())
      .addColumn('ended_at', 'integer', column => column.notNull())
      .addColumn('record', 'text', column => column.notNull())
      .execute();
    await schema.createIndex('rounds_by_number').on('rounds').columns(['task', 'number']).execute();
  },
};
