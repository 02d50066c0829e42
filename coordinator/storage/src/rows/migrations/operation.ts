import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/**
 * Adds rounds by outcome and time, aliases of versions, settings of tasks, and hourly counts, for operators.
 */
export const operation: Migration = {
  name: 'operation',
  async up(database, kind) {
    const { schema } = database;
    await schema
      .alterTable('rounds')
      .addColumn('outcome', 'text', column => column.notNull().defaultTo('failed'))
      .execute();
    // Earlier rounds were stored without their phases; this migration is older than all PostgreSQL
    // databases.
    if (kind === 'sqlite')
      await sql`
      update rounds set
        outcome = json_extract(record, '$.outcome'),
        record = json_set(record, '$.phases', json('[]'), '$.errors', json('{}'))`.execute(database);
    await schema
      .createIndex('rounds_by_outcome')
      .on('rounds')
      .columns(['task', 'outcome', 'number'])
      .execute();
    await schema.createIndex('rounds_by_end').on('rounds').columns(['task', 'ended_at']).execute();
    await schema
      .createTable('aliases')
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('alias', 'text', column => column.notNull())
      .addColumn('number', 'integer', column => column.notNull())
      .addColumn('model', 'text', column => column.notNull())
      .addColumn('newest', 'integer', column => column.notNull())
      .addColumn('set_at', 'integer', column => column.notNull())
      .addColumn('set_by', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('aliases_once', ['task', 'alias'])
      .modifyEnd(sql`without rowid`)
      .execute();
    await schema
      .createTable('task_settings')
      .addColumn('task', 'text', column => column.primaryKey())
      .addColumn('plan_version', 'integer', column => column.notNull())
      .addColumn('settings', 'text', column => column.notNull())
      .addColumn('changed_at', 'integer', column => column.notNull())
      .addColumn('changed_by', 'text', column => column.notNull())
      .execute();
    await schema
      .createTable('hourly_counts')
      .addColumn('hour', 'integer', column => column.notNull())
      .addColumn('series', 'text', column => column.notNull())
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('name', 'text', column => column.notNull())
      .addColumn('count', 'integer', column => column.notNull())
      .addPrimaryKeyConstraint('hourly_counts_once', ['series', 'hour', 'task', 'name'])
      .modifyEnd(sql`without rowid`)
      .execute();
  },
};
