import type { SqlDatabase } from '@murmuration/sql/database/database';
import { type Kysely, sql } from 'kysely';
import { jobsTable } from './names.ts';

/** State of a job. Times are ms since 1970; JSON is text. */
export interface JobRow {
  readonly name: string;
  /** Generation that is read; null if none is complete yet. */
  readonly generation: number | null;
  /** Version that made it. */
  readonly version: string | null;
  /** Hash of that version's content. */
  readonly hash: string | null;
  readonly rows: number | null;
  /** Newest generation that was begun. */
  readonly newest: number;
  /** Run under way or interrupted, as JSON of `BegunRun`. */
  readonly run: string | null;
  /** Last run that ended, as JSON of `EndedRun`. */
  readonly ended: string | null;
  /** Process that may change the job's rows, and the end of its lease. */
  readonly holder: string | null;
  readonly held_until: number | null;
}

/** Precomputed row. */
export interface PrecomputedRow {
  readonly key: string;
  /** Prediction as JSON. */
  readonly prediction: string;
  readonly model_version: string;
  readonly computed_at: number;
  readonly valid_until: number | null;
  /** Inputs as JSON, if stale rows are computed again; else null. */
  readonly input: string | null;
}

export interface GenerationRow extends PrecomputedRow {
  readonly input_hash: string;
  /** Line or number of the row in the inputs. */
  readonly line: number;
  /** Attempt that wrote the row; an interrupted run has several. */
  readonly attempt: number;
}

export interface JobTables {
  readonly [jobsTable]: JobRow;
}

export type Database = SqlDatabase<JobTables>;

/** Number of the advisory lock for making tables, chosen arbitrarily. */
const making = 7_305_801;

/** Creates the table of jobs if it is missing. */
export async function makeTables({ kind, rows }: Database): Promise<void> {
  await rows.transaction().execute(async changes => {
    // If two programs create a table at once, the second one fails in PostgreSQL even with `if not exists`.
    if (kind === 'postgresql') await sql`select pg_advisory_xact_lock(${making})`.execute(changes);
    await changes.schema
      .createTable(jobsTable)
      .ifNotExists()
      .addColumn('name', 'text', column => column.primaryKey())
      .addColumn('generation', 'bigint')
      .addColumn('version', 'text')
      .addColumn('hash', 'text')
      .addColumn('rows', 'bigint')
      .addColumn('newest', 'bigint', column => column.notNull())
      .addColumn('run', 'text')
      .addColumn('ended', 'text')
      .addColumn('holder', 'text')
      .addColumn('held_until', 'bigint')
      .execute();
  });
}

/** Creates the table of a generation. */
export async function makeGeneration(rows: Kysely<JobTables>, table: string): Promise<void> {
  await rows.schema
    .createTable(table)
    .addColumn('key', 'text', column => column.primaryKey())
    .addColumn('prediction', 'text', column => column.notNull())
    .addColumn('model_version', 'text', column => column.notNull())
    .addColumn('computed_at', 'bigint', column => column.notNull())
    .addColumn('valid_until', 'bigint')
    .addColumn('input', 'text')
    .addColumn('input_hash', 'text', column => column.notNull())
    .addColumn('line', 'bigint', column => column.notNull())
    .addColumn('attempt', 'bigint', column => column.notNull())
    .execute();
}

/** Returns the names of all tables. */
export async function tableNames({ kind, rows }: Database): Promise<readonly string[]> {
  const names =
    kind === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table'`
      : sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`;
  return (await names.execute(rows)).rows.map(({ name }) => name);
}
