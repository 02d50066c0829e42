import { openSqlite } from '@murmuration/sql/sqlite/open';
import { Writer } from '@murmuration/sql/writes/writer';
import type { RowDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './schema.ts';

/** Opens a database file as `openSqlite`, and brings its tables up to date. Throws `storage.*`. */
export async function openDatabase(
  path: string,
  options: { readonly busyTimeout?: number } = {},
): Promise<RowDatabase> {
  const { rows, connection, close } = await openSqlite<Tables>(path, options);
  try {
    // Overwrites deleted bytes, among them secrets of noise.
    await connection.exec('pragma secure_delete = on');
    await migrate(rows);
  } catch (error) {
    connection.close();
    throw error;
  }
  return { rows, writer: new Writer(rows), close };
}
