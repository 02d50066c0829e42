import type { Migration } from './migration.ts';

/** Which entry of the audit log says that an action had begun whose end another one tells. */
export const auditBegun: Migration = {
  name: 'audit-begun',
  async up({ schema }) {
    await schema.alterTable('audit').addColumn('begun', 'integer').execute();
    await schema.createIndex('audit_begun').on('audit').column('begun').execute();
  },
};
