import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { Kysely } from 'kysely';
import { Connection } from './connection.ts';
import { sqliteDialect } from './dialect.ts';

export interface OpenSqlite<Tables> {
  readonly rows: Kysely<Tables>;
  readonly connection: Connection;
  /** Ends what is under way; closing twice is harmless. */
  close(): Promise<void>;
}

/**
 * Opens a database file, or creates it. Committed changes are on the disk: the write-ahead log is synced at
 * each commit. Waits `busyTimeout` ms for the locks of other programs. Throws `storage.*`.
 */
export async function openSqlite<Tables>(
  path: string,
  { busyTimeout = 2_000 }: { readonly busyTimeout?: number } = {},
): Promise<OpenSqlite<Tables>> {
  const connection = await Connection.open(path, { busyTimeout });
  try {
    const { rows: mode } = await connection.query('pragma journal_mode = wal');
    if (mode[0]?.journal_mode !== 'wal')
      throw new MurmurationError('storage.failed', `The disk of ${path} can't keep a write-ahead log.`);
    await connection.exec('pragma synchronous = full');
    await connection.exec('pragma foreign_keys = on');
  } catch (error) {
    connection.close();
    throw error;
  }
  const rows = new Kysely<Tables>({ dialect: sqliteDialect(connection) });
  // The current turn ends first; then the log goes into the database file, so that this one is complete.
  const close = () =>
    rows.connection().execute(async () => {
      await connection.query('pragma wal_checkpoint(truncate)').catch(() => {});
      await rows.destroy();
    });
  let closed: Promise<void> | undefined;
  return {
    rows,
    connection,
    close() {
      closed ??= close();
      return closed;
    },
  };
}
