import type { Migration } from './migration.ts';

/** What an operator changed, with the values before and after. */
export const auditChanges: Migration = {
  name: 'audit-changes',
  async up({ schema }) {
    await schema.alterTable('audit').addColumn('changes', 'text').execute();
  },
};
