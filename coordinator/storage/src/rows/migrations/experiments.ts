import type { Migration } from './migration.ts';

/** Adds experiments on versions, and the states of their keys. */
export const experiments: Migration = {
  name: 'experiments',
  async up({ schema }) {
    await schema
      .createTable('experiments')
      .addColumn('number', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('id', 'text', column => column.notNull().unique())
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('experiment', 'text', column => column.notNull())
      .addColumn('counts', 'text')
      .execute();
    await schema
      .createTable('experiment_units')
      .addColumn('experiment', 'text', column => column.notNull())
      .addColumn('unit', 'text', column => column.notNull())
      .addColumn('arm', 'text', column => column.notNull())
      .addColumn('failed', 'integer', column => column.notNull())
      .addColumn('ms', 'real', column => column.notNull())
      .addColumn('value', 'real')
      .addPrimaryKeyConstraint('experiment_units_key', ['experiment', 'unit'])
      .execute();
  },
};
