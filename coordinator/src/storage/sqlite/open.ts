import { openSqlite } from '@murmuration/sql/sqlite/open';
import { Writer } from '@murmuration/sql/writes/writer';
import type { Kysely } from 'kysely';
import { migrate } from './migrate.ts';
import type { Tables } from './schema.ts';

/** The rows of a coordinator: single reads through `rows`, all changes through `writer`, which commits them in groups. */
export interface SqliteDatabase {
  readonly rows: Kysely<Tables>;
  readonly writer: Writer<Tables>;
  /** Ends what is under way; closing twice is harmless. */
  close(): Promise<void>;
}

/** Opens a database file as `openSqlite` does, and brings its tables up to date. Throws `storage.*`. */
export async function openDatabase(
  path: string,
  options: { readonly busyTimeout?: number } = {},
): Promise<SqliteDatabase> {
  const { rows, connection, close } = await openSqlite<Tables>(path, options);
  try {
    // What is deleted is written over: secrets of noise are.
    await connection.exec('pragma secure_delete = on');
    await migrate(rows);
  } catch (error) {
    connection.close();
    throw error;
  }
  return { rows, writer: new Writer(rows), close };
}
