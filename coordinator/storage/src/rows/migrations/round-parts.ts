import type { Migration } from './migration.ts';

/** Adds results of the parts of rounds that are spread over cells. */
export const roundParts: Migration = {
  name: 'round parts',
  async up({ schema }) {
    await schema
      .createTable('round_parts')
      .addColumn('round', 'text', column => column.notNull())
      .addColumn('part', 'integer', column => column.notNull())
      .addColumn('result', 'blob', column => column.notNull())
      .addColumn('sum', 'blob')
      .addPrimaryKeyConstraint('round_part_once', ['round', 'part'])
      .execute();
  },
};
