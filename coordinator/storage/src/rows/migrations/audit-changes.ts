import type { Migration } from './migration.ts';

/** Adds an operator's changes, with the values before and after. */
export const auditChanges: Migration = {
  name: 'audit-changes',
  async up({ schema }) {
    await schema.alterTable('audit').addColumn('changes', 'text').execute();
  },
};
