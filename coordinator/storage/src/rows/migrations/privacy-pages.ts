import type { Migration } from './migration.ts';

/** Adds an index to read the participations of a budget in pages, by step and device. */
export const privacyPages: Migration = {
  name: 'privacy-pages',
  async up({ schema }) {
    await schema.dropIndex('privacy_parts_by_step').execute();
    await schema
      .createIndex('privacy_parts_in_pages')
      .on('privacy_parts')
      .columns(['budget', 'step', 'device'])
      .execute();
  },
};
