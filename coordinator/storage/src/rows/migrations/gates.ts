import type { Migration } from './migration.ts';

/** Adds decisions of gates about versions. */
export const gates: Migration = {
  name: 'gates',
  async up({ schema }) {
    await schema
      .createTable('gate_decisions')
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('number', 'integer', column => column.notNull())
      .addColumn('model', 'text', column => column.notNull())
      .addColumn('decision', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('gate_decisions_key', ['task', 'number'])
      .execute();
  },
};
