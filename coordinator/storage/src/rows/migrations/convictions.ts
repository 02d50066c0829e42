import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/**
 * Adds devices that were proved to have revealed or dealt wrong shares; pardoned rows stay, so that a round
 * convicts once.
 */
export const convictions: Migration = {
  name: 'convictions',
  async up({ schema }) {
    await schema
      .createTable('convictions')
      .addColumn('device', 'text', column => column.notNull())
      .addColumn('round', 'text', column => column.notNull())
      .addColumn('code', 'text', column => column.notNull())
      .addColumn('time', 'integer', column => column.notNull())
      .addColumn('is_pardoned', 'integer', column => column.notNull())
      .addPrimaryKeyConstraint('conviction_once', ['device', 'round'])
      .modifyEnd(sql`without rowid`)
      .execute();
  },
};
