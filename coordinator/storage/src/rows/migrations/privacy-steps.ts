import type { Migration } from './migration.ts';

/**
 * Adds an index for cells with a part of spread rounds, which ask after each round for the devices of the
 * last steps, among perhaps millions.
 */
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
