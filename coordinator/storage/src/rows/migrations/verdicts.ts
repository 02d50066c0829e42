import type { Migration } from './migration.ts';

/** Adds counts of devices' verdicts on versions. */
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
