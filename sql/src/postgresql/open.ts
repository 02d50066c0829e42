import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { withoutPassword } from './address.ts';
import { type PoolOptions, postgresqlPool } from './pool.ts';

export interface OpenPostgresql<Tables> {
  readonly rows: Kysely<Tables>;
  /** Address without its password. */
  readonly description: string;
  close(): Promise<void>;
}

/**
 * Connects to a database of PostgreSQL. Throws `storage.failed` if the server is away, and `config.invalid`
 * if it refuses.
 */
export async function openPostgresql<Tables>(
  address: string,
  options?: PoolOptions,
): Promise<OpenPostgresql<Tables>> {
  const opened = postgresqlRows<Tables>(address, options);
  try {
    await sql`select 1`.execute(opened.rows);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return opened;
}

/**
 * Prepares a database without a connection: the first query makes one. Throws `config.invalid` for an invalid
 * address.
 */
export function postgresqlRows<Tables>(address: string, options?: PoolOptions): OpenPostgresql<Tables> {
  if (!URL.canParse(address))
    throw new MurmurationError(
      'config.invalid',
      `"${withoutPassword(address)}" is no address of a database; expected postgres://USER@HOST:PORT/NAME.`,
    );
  const { pool, description } = postgresqlPool(address, options);
  const rows = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= rows.destroy();
    return closed;
  };
  return { rows, description, close };
}

/** Rows that are fetched together. */
const fetched = 500;

/** Streams the rows of a query, a few at a time, from one snapshot; the query can't change anything. */
export async function* streamPostgresql(rows: Kysely<unknown>, query: string): AsyncGenerator<object> {
  const transaction = await rows
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute();
  try {
    // A semicolon at its end would end the statement around it.
    const own = sql.raw(query.trim().replace(/;\s*$/, ''));
    await sql`declare streamed no scroll cursor for ${own}`.execute(transaction);
    for (;;) {
      const found = await sql<object>`fetch ${sql.raw(String(fetched))} from streamed`.execute(transaction);
      yield* found.rows;
      if (found.rows.length < fetched) return;
    }
  } finally {
    await transaction.rollback().execute();
  }
}
