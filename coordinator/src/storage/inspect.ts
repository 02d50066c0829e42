import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { layout } from './folder.ts';
import { Connection } from './sqlite/database.ts';
import { sqliteDialect } from './sqlite/dialect.ts';
import { takeLock } from './sqlite/lock.ts';
import { migrations } from './sqlite/migrations/all.ts';
import type { Tables } from './sqlite/schema.ts';
import { sqliteOperatorTokens } from './sqlite/tokens.ts';
import { Writer } from './sqlite/writer.ts';

/** What a storage folder shows without being changed. */
export interface Inspection {
  /** Whether another process has it. */
  readonly isTaken: boolean;
  /** Steps of the database that this version lacks, of a newer one. */
  readonly newer: readonly string[];
  /** Steps that the next start takes. */
  readonly pending: number;
  /** Whether an operator token of it counts now. */
  readonly hasOperators: boolean;
}

/** Looks into a storage folder at the time `now`, ms since 1970; null where it holds none yet. Throws `storage.*`. */
export async function inspectFolder(folder: string, now: number): Promise<Inspection | null> {
  const database = join(folder, layout.database);
  if (!(await isFile(database))) return null;
  const lock = join(folder, layout.lock);
  const unlock = (await isFile(lock)) ? await takeLock(lock) : () => {};
  unlock?.();
  const connection = await Connection.open(database, { busyTimeout: 2_000 });
  const rows = new Kysely<Tables>({ dialect: sqliteDialect(connection) });
  try {
    const { rows: tables } = await sql<{ name: string }>`select name from sqlite_master`.execute(rows);
    const has = (table: string) => tables.some(({ name }) => name === table);
    const { rows: done } = has('migrations')
      ? await sql<{ name: string }>`select name from migrations`.execute(rows)
      : { rows: [] };
    const names = new Set(done.map(({ name }) => name));
    const close = async () => {};
    return {
      isTaken: unlock === undefined,
      newer: [...names].filter(name => !migrations.some(step => step.name === name)),
      pending: migrations.filter(({ name }) => !names.has(name)).length,
      hasOperators:
        has('operator_tokens') &&
        (await sqliteOperatorTokens({ rows, writer: new Writer(rows), close }).anyValid(now)),
    };
  } finally {
    await rows.destroy();
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isFile(),
    () => false,
  );
}
