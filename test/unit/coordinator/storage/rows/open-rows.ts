import { isPostgresql } from '@murmuration/sql/postgresql/address';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { sqliteDialect } from '@murmuration/sql/sqlite/dialect';
import { postgresqlMigrations } from '@murmuration/storage/postgresql/tables';
import { migrations } from '@murmuration/storage/rows/migrations/all';
import { Kysely } from 'kysely';

/** The rows of a database file or an address, as they are, and the steps that such a database takes. */
export async function openRows(place: string) {
  if (isPostgresql(place)) {
    const { rows, close } = await openPostgresql<unknown>(place, { connections: 1 });
    return { rows, close, kind: 'postgresql', steps: postgresqlMigrations } as const;
  }
  const connection = await Connection.open(place, { busyTimeout: 1_000 });
  const rows = new Kysely<unknown>({ dialect: sqliteDialect(connection) });
  return { rows, close: () => rows.destroy(), kind: 'sqlite', steps: migrations } as const;
}
