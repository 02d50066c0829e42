import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Adds covariates of keys; existing experiments have none. */
export const experimentCovariates: Migration = {
  name: 'experiment-covariates',
  async up(database, kind) {
    await database.schema.alterTable('experiment_units').addColumn('covariate', 'real').execute();
    // This migration is older than all PostgreSQL databases.
    if (kind === 'postgresql') return;
    await sql`update experiments set experiment = json_set(experiment, '$.covariate', null)`.execute(
      database,
    );
  },
};
