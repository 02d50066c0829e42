import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { Kysely } from 'kysely';
import { Connection } from './database.ts';
import { sqliteDialect } from './dialect.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './schema.ts';
import { Writer } from './writer.ts';

/** The rows of a coordinator: single reads through `rows`, all changes through `writer`, which commits them in groups. */
export interface SqliteDatabase {
  readonly rows: Kysely<Tables>;
  readonly writer: Writer<Tables>;
  /** Ends what is under way; closing twice is harmless. */
  close(): Promise<void>;
}

/**
 * Opens a database file, making it where there is none, and brings its tables up to date. What is committed is on the disk: the
 * write-ahead log is synced at each commit. Waits `busyTimeout` ms for the locks of other programs. Throws `storage.*`.
 */
export async function openDatabase(
  path: string,
  { busyTimeout = 2_000 }: { readonly busyTimeout?: number } = {},
): Promise<SqliteDatabase> {
  const connection = await Connection.open(path, { busyTimeout });
  try {
    const { rows: mode } = await connection.query('pragma journal_mode = wal');
    if (mode[0]?.journal_mode !== 'wal')
      throw new MurmurationError('storage.failed', `The disk of ${path} can't keep a write-ahead log.`);
    await connection.exec('pragma synchronous = full');
    await connection.exec('pragma foreign_keys = on');
    const rows = new Kysely<Tables>({ dialect: sqliteDialect(connection) });
    await migrate(rows);
    // Whatever has its turn ends first; then the log goes into the database file, so that this one is complete.
    const close = () =>
      rows.connection().execute(async () => {
        await connection.query('pragma wal_checkpoint(truncate)').catch(() => {});
        await rows.destroy();
      });
    let closed: Promise<void> | undefined;
    return {
      rows,
      writer: new Writer(rows),
      close() {
        closed ??= close();
        return closed;
      },
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}
