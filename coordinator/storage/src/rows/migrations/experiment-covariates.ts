import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** What was known of each key before its experiment; experiments that there are take nothing of the kind. */
export const experimentCovariates: Migration = {
  name: 'experiment-covariates',
  async up(database, kind) {
    await database.schema.alterTable('experiment_units').addColumn('covariate', 'real').execute();
    // Older than all databases of PostgreSQL.
    if (kind === 'postgresql') return;
    await sql`update experiments set experiment = json_set(experiment, '$.covariate', null)`.execute(
      database,
    );
  },
};
