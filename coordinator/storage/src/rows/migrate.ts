import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import { inPostgresql } from './in-postgresql.ts';
import { migrations } from './migrations/all.ts';
import type { DatabaseKind, Migration } from './migrations/migration.ts';

/**
 * Advisory lock held while the tables of a PostgreSQL database are changed, until the end of the
 * transaction.
 */
const migrationLock = 7_236_848;

/**
 * Runs the missing migrations in one transaction, which holds the write lock from its start, and calls
 * `guard` first. Throws `storage.newer` if the database has unknown migrations, and errors of `guard`.
 */
export async function migrate<Tables>(
  database: Kysely<Tables>,
  steps: readonly Migration[] = migrations,
  kind: DatabaseKind = 'sqlite',
  guard?: (rows: Transaction<Tables>) => Promise<void>,
): Promise<void> {
  await database.transaction().execute(async rows => {
    await guard?.(rows);
    if (kind === 'postgresql') await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(rows);
    await sql`create table if not exists migrations (name text primary key)`.execute(rows);
    const { rows: done } = await sql<{ name: string }>`select name from migrations`.execute(rows);
    const names = new Set(done.map(({ name }) => name));
    const unknown = [...names].filter(name => !steps.some(step => step.name === name));
    if (unknown.length > 0)
      throw new MurmurationError(
        'storage.newer',
        `The database has the steps ${unknown.map(name => `"${name}"`).join(', ')}, which this version doesn't know; run the version that made it, or a newer one.`,
      );
    const untyped = rows as unknown as Kysely<unknown>;
    const tables = kind === 'postgresql' ? untyped.withPlugin(inPostgresql) : untyped;
    for (const step of steps) {
      if (names.has(step.name)) continue;
      await step.up(tables, kind);
      await sql`insert into migrations (name) values (${step.name})`.execute(rows);
    }
  });
}
