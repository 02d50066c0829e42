import type { Migration } from './migration.ts';

/** How many updates were in the sum of a step: where devices add the noise, ε depends on it. */
export const privacyCounted: Migration = {
  name: 'privacy-counted',
  async up({ schema }) {
    await schema.alterTable('privacy_steps').addColumn('counted', 'integer').execute();
  },
};
