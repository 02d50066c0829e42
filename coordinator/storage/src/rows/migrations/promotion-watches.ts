import type { Migration } from './migration.ts';

/** Versions that may be taken back by themselves. */
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
