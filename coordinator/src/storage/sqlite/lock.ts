import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { Connection } from './database.ts';

/**
 * Takes a lock until the returned function is called or the process ends in whatever way: SQLite's on a database that holds
 * nothing, which is the operating system's and can't be left behind. Waits `wait` ms for it; undefined where another process, or
 * this one, has it still. (On POSIX a process loses it by closing any other handle of the file: nothing else opens that.)
 * Throws `storage.*`.
 */
export async function takeLock(path: string, wait = 0): Promise<(() => void) | undefined> {
  const connection = await Connection.open(path, { busyTimeout: wait });
  try {
    await connection.exec('begin exclusive');
    return () => connection.close();
  } catch (error) {
    connection.close();
    if (error instanceof MurmurationError && error.code === 'storage.locked') return undefined;
    throw error;
  }
}
