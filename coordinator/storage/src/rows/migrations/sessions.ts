import type { Migration } from './migration.ts';

/** Adds sessions of operators in browsers. */
export const sessions: Migration = {
  name: 'sessions',
  async up({ schema }) {
    await schema
      .createTable('sessions')
      .addColumn('digest', 'text', column => column.primaryKey())
      .addColumn('token', 'text', column => column.notNull())
      .addColumn('opened_at', 'integer', column => column.notNull())
      .addColumn('expires_at', 'integer', column => column.notNull())
      .execute();
  },
};
