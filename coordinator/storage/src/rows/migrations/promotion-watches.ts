import type { Migration } from './migration.ts';

/** Adds versions that may be taken back automatically. */
export const promotionWatches: Migration = {
  name: 'promotion-watches',
  async up({ schema }) {
    await schema
      .createTable('promotion_watches')
      .addColumn('task', 'text', column => column.primaryKey())
      .addColumn('watch', 'text', column => column.notNull())
      .execute();
  },
};
