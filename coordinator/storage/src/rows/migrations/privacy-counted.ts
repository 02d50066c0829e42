import type { Migration } from './migration.ts';

/** Adds the number of updates in a step's sum, on which ε depends if devices add the noise. */
export const privacyCounted: Migration = {
  name: 'privacy-counted',
  async up({ schema }) {
    await schema.alterTable('privacy_steps').addColumn('counted', 'integer').execute();
  },
};
