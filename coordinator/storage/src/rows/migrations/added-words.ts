import type { Migration } from './migration.ts';

/** Adds words that were added to the vocabularies of tasks. */
export const addedWords: Migration = {
  name: 'added-words',
  async up({ schema }) {
    await schema
      .createTable('added_words')
      .addColumn('task', 'text', column => column.primaryKey())
      .addColumn('words', 'text', column => column.notNull())
      .addColumn('added_at', 'integer', column => column.notNull())
      .addColumn('added_by', 'text', column => column.notNull())
      .execute();
  },
};
