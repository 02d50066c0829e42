import type { Migration } from './migration.ts';

/** Adds the memory that the noise of privacy budgets keeps of earlier steps, in pieces. */
export const privacyMemories: Migration = {
  name: 'privacy-memories',
  async up({ schema }) {
    await schema
      .createTable('privacy_memories')
      .addColumn('budget', 'text', column => column.notNull())
      .addColumn('step', 'integer', column => column.notNull())
      .addColumn('piece', 'integer', column => column.notNull())
      .addColumn('bytes', 'blob', column => column.notNull())
      .addPrimaryKeyConstraint('privacy_memories_key', ['budget', 'step', 'piece'])
      .execute();
  },
};
