import type { Migration } from './migration.ts';

/** Adds the journals of rounds that are not over. */
export const roundsUnderWay: Migration = {
  name: 'rounds under way',
  async up({ schema }) {
    await schema
      .createTable('rounds_under_way')
      .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('round', 'text', column => column.notNull().unique())
      .addColumn('terms', 'blob', column => column.notNull())
      .execute();
    await schema
      .createTable('journal')
      .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('round', 'text', column => column.notNull())
      .addColumn('entry', 'blob', column => column.notNull())
      .execute();
    await schema.createIndex('journal_by_round').on('journal').columns(['round', 'id']).execute();
  },
};
