import type { Migration } from './migration.ts';

/** Adds to entries of the audit log the number of the `begun` entry that they complete. */
export const auditBegun: Migration = {
  name: 'audit-begun',
  async up({ schema }) {
    await schema.alterTable('audit').addColumn('begun', 'integer').execute();
    await schema.createIndex('audit_begun').on('audit').column('begun').execute();
  },
};
