import type { Migration } from './migration.ts';

/** Cells with a part of spread rounds ask after each round who took the last steps, of perhaps millions of devices. */
export const privacySteps: Migration = {
  name: 'privacy-steps',
  async up({ schema }) {
    await schema
      .createIndex('privacy_parts_by_step')
      .on('privacy_parts')
      .columns(['budget', 'step'])
      .execute();
  },
};
