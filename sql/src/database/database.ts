import type { Kysely } from 'kysely';
import { isPostgresql } from '../postgresql/address.ts';
import { openSqlite } from '../sqlite/open.ts';

/** Database of either kind. */
export interface SqlDatabase<Tables> {
  readonly kind: 'sqlite' | 'postgresql';
  /** Description for people: its path, or its address without a password. */
  readonly description: string;
  /** Tables, for queries and transactions. Throws `storage.*`. */
  readonly rows: Kysely<Tables>;
  /** Streams the rows of a query, a few at a time, so that any number of them fits into memory. */
  stream(query: string): AsyncIterable<Readonly<Record<string, unknown>>>;
  /** Ends what is under way; closing twice is harmless. */
  close(): Promise<void>;
}

export interface SqlOptions {
  /** Milliseconds to wait for the locks of other programs on a file of SQLite. */
  readonly busyTimeout?: number;
}

/**
 * Opens the database at an address: `postgres://…`, or the path of a file of SQLite, which is created if
 * missing. Throws `storage.*`, and `config.invalid` if a server refuses.
 */
export async function openSql<Tables>(
  address: string,
  options: SqlOptions = {},
): Promise<SqlDatabase<Tables>> {
  if (isPostgresql(address)) {
    // The client is loaded only if it is needed.
    const { openPostgresql, streamPostgresql } = await import('../postgresql/open.ts');
    const { rows, description, close } = await openPostgresql<Tables>(address);
    const stream = (query: string) =>
      streamPostgresql(rows as unknown as Kysely<unknown>, query) as AsyncIterable<Record<string, unknown>>;
    return { kind: 'postgresql', description, rows, stream, close };
  }
  const { rows, connection, close } = await openSqlite<Tables>(address, options);
  return { kind: 'sqlite', description: address, rows, stream: query => connection.stream(query), close };
}
