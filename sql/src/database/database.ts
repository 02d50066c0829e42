import type { Kysely } from 'kysely';
import { isPostgresql } from '../postgresql/address.ts';
import { openSqlite } from '../sqlite/open.ts';

/** A database, whichever it is. */
export interface SqlDatabase<Tables> {
  readonly kind: 'sqlite' | 'postgresql';
  /** For people: its path, or its address without a password. */
  readonly description: string;
  /** Its tables, for queries and transactions. Throws `storage.*`. */
  readonly rows: Kysely<Tables>;
  /** The rows of a query, a few at a time, so that any number of them fits into memory. */
  stream(query: string): AsyncIterable<Readonly<Record<string, unknown>>>;
  /** Ends what is under way; closing twice is harmless. */
  close(): Promise<void>;
}

export interface SqlOptions {
  /** ms to wait for the locks of other programs on a file of SQLite. */
  readonly busyTimeout?: number;
}

/**
 * Opens the database at an address: `postgres://…`, or the path of a file of SQLite, which is made where there is none. Throws `storage.*`, and
 * `config.invalid` where a server refuses.
 */
export async function openSql<Tables>(
  address: string,
  options: SqlOptions = {},
): Promise<SqlDatabase<Tables>> {
  if (isPostgresql(address)) {
    // Its client is loaded where it is needed.
    const { openPostgresql, streamPostgresql } = await import('../postgresql/open.ts');
    const { rows, description, close } = await openPostgresql<Tables>(address);
    const stream = (query: string) =>
      streamPostgresql(rows as unknown as Kysely<unknown>, query) as AsyncIterable<Record<string, unknown>>;
    return { kind: 'postgresql', description, rows, stream, close };
  }
  const { rows, connection, close } = await openSqlite<Tables>(address, options);
  return { kind: 'sqlite', description: address, rows, stream: query => connection.stream(query), close };
}
