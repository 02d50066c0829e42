import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Adds training runs of tasks, trigger records, and retraining states. */
export const trainingRuns: Migration = {
  name: 'training-runs',
  async up({ schema }) {
    await schema
      .createTable('retraining')
      .addColumn('task', 'text', column => column.primaryKey())
      .addColumn('state', 'text', column => column.notNull())
      .execute();
    for (const [table, value] of [
      ['training_runs', 'run'],
      ['trigger_records', 'record'],
    ] as const)
      await schema
        .createTable(table)
        .addColumn('task', 'text', column => column.notNull())
        .addColumn('number', 'integer', column => column.notNull())
        .addColumn(value, 'text', column => column.notNull())
        .addPrimaryKeyConstraint(`${table}_once`, ['task', 'number'])
        .modifyEnd(sql`without rowid`)
        .execute();
  },
};
