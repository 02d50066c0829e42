import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Adds words that must not be in the vocabularies of tasks. */
export const rejectedWords: Migration = {
  name: 'rejected-words',
  async up({ schema }) {
    await schema
      .createTable('rejected_words')
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('word', 'text', column => column.notNull())
      .addColumn('rejected_at', 'integer', column => column.notNull())
      .addColumn('rejected_by', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('rejected_words_once', ['task', 'word'])
      .modifyEnd(sql`without rowid`)
      .execute();
  },
};
