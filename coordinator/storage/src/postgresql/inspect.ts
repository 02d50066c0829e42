import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { requireSettings } from '@murmuration/sql/postgresql/sessions';
import { Writer } from '@murmuration/sql/writes/writer';
import { sql } from 'kysely';
import type { Inspection } from '../folder/inspect.ts';
import type { Tables } from '../rows/schema.ts';
import { sqlOperatorTokens } from '../rows/tokens.ts';
import { coordinatorLock } from './storage.ts';
import { postgresqlMigrations } from './tables.ts';

/**
 * Inspects a storage in PostgreSQL at the time `now`, ms since 1970, without changing it; null if the
 * database has none yet. Versions are not read. Throws `storage.*`, and `config.invalid` if the server
 * refuses, or is behind a pool that drops session settings.
 */
export async function inspectDatabase(address: string, now: number): Promise<Inspection | null> {
  const { rows, description, close } = await openPostgresql<Tables>(address);
  try {
    await requireSettings({ rows, description });
    const has = async (table: string) => {
      const { rows: found } = await sql<{
        is: boolean;
      }>`select to_regclass(${table}) is not null as is`.execute(rows);
      return found[0]!.is;
    };
    if (!(await has('migrations'))) return null;
    const { rows: done } = await sql<{ name: string }>`select name from migrations`.execute(rows);
    const names = new Set(done.map(({ name }) => name));
    const { rows: holders } = await sql`
      select 1 from pg_locks
      where locktype = 'advisory' and granted and objid = ${coordinatorLock}
        and database = (select oid from pg_database where datname = current_database())`.execute(rows);
    const opened = { rows, writer: new Writer(rows), close: async () => {} };
    return {
      isTaken: holders.length > 0,
      newer: [...names].filter(name => !postgresqlMigrations.some(step => step.name === name)),
      pending: postgresqlMigrations.filter(({ name }) => !names.has(name)).length,
      hasOperators: (await has('operator_tokens')) && (await sqlOperatorTokens(opened).anyValid(now)),
      unreadable: [],
    };
  } finally {
    await close();
  }
}
