import type { Migration } from './migration.ts';

/** Adds enrolled devices. */
export const devices: Migration = {
  name: 'devices',
  async up({ schema }) {
    await schema
      .createTable('devices')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('public_key', 'blob', column => column.notNull())
      .addColumn('certificate', 'blob')
      .addColumn('enrolled_at', 'integer', column => column.notNull())
      .addColumn('revoked_at', 'integer')
      .execute();
    await schema.createIndex('devices_by_enrolment').on('devices').columns(['enrolled_at', 'id']).execute();
  },
};
