import type { Migration } from './migration.ts';

/** Adds references of drift, windows of requests, and settings of models. */
export const drift: Migration = {
  name: 'drift',
  async up({ schema }) {
    await schema
      .createTable('drift_references')
      .addColumn('number', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('model', 'text', column => column.notNull())
      .addColumn('version', 'text', column => column.notNull())
      .addColumn('reference', 'text', column => column.notNull())
      .addUniqueConstraint('drift_references_once', ['model', 'version'])
      .execute();
    await schema
      .createTable('drift_windows')
      .addColumn('number', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('model', 'text', column => column.notNull())
      .addColumn('version', 'text', column => column.notNull())
      .addColumn('window', 'text', column => column.notNull())
      .execute();
    await schema
      .createIndex('drift_windows_of_version')
      .on('drift_windows')
      .columns(['model', 'version', 'number'])
      .execute();
    await schema
      .createTable('drift_settings')
      .addColumn('model', 'text', column => column.primaryKey())
      .addColumn('settings', 'text', column => column.notNull())
      .execute();
  },
};
