import type { SqlDatabase } from '@murmuration/sql/database/database';
import { type Kysely, sql } from 'kysely';
import { jobsTable } from './names.ts';

/** Times are ms since 1970; JSON is text. */
export interface JobRow {
  readonly name: string;
  /** The generation that is read; null: none is whole yet. */
  readonly generation: number | null;
  /** The version that made it. */
  readonly version: string | null;
  /** Of that version's content. */
  readonly hash: string | null;
  readonly rows: number | null;
  /** The last generation that was begun. */
  readonly newest: number;
  /** The run under way, or that a process left behind: JSON of `BegunRun`. */
  readonly run: string | null;
  /** The last run that ended: JSON of `EndedRun`. */
  readonly ended: string | null;
  /** The process that may change the job's rows, and until when. */
  readonly holder: string | null;
  readonly held_until: number | null;
}

/** One precomputed row. */
export interface PrecomputedRow {
  readonly key: string;
  /** JSON. */
  readonly prediction: string;
  readonly model_version: string;
  readonly computed_at: number;
  readonly valid_until: number | null;
  /** JSON of the inputs, where stale rows are computed anew; null elsewhere. */
  readonly input: string | null;
}

export interface GenerationRow extends PrecomputedRow {
  readonly input_hash: string;
  /** Where the row stood in the inputs. */
  readonly line: number;
  /** The start of the run that wrote it: of one that was killed, there are several. */
  readonly attempt: number;
}

export interface Tables {
  readonly [jobsTable]: JobRow;
}

export type Database = SqlDatabase<Tables>;

/** Any number: that of a lock that programs take while they make the tables. */
const making = 7_305_801;

/** Makes the table of jobs where there is none. */
export async function makeTables({ kind, rows }: Database): Promise<void> {
  await rows.transaction().execute(async changes => {
    // Two programs that make a table at once: the second one fails there, whatever `if not exists` says.
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

/** Makes the table of a generation. */
export async function makeGeneration(rows: Kysely<Tables>, table: string): Promise<void> {
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

/** The names of all tables. */
export async function tableNames({ kind, rows }: Database): Promise<readonly string[]> {
  const names =
    kind === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table'`
      : sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`;
  return (await names.execute(rows)).rows.map(({ name }) => name);
}
