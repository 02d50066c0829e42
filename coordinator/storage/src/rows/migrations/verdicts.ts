import type { Migration } from './migration.ts';

/** What devices said of versions, as numbers. */
export const verdicts: Migration = {
  name: 'verdicts',
  async up({ schema }) {
    await schema
      .createTable('verdicts')
      .addColumn('model', 'text', column => column.primaryKey())
      .addColumn('kept', 'integer', column => column.notNull())
      .addColumn('refused', 'integer', column => column.notNull())
      .execute();
  },
};
