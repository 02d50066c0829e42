import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { Connection } from './connection.ts';

/**
 * Takes a lock until the returned function has let go of it or the process ends in whatever way: SQLite's on a database that
 * holds nothing, which is the operating system's and can't be left behind. To let go twice is harmless. Waits `wait` ms for
 * the lock; undefined where another process, or this one, has it still. (On POSIX a process loses it by closing any other
 * handle of the file: nothing else opens that.) Throws `storage.*`.
 */
export async function takeLock(path: string, wait = 0): Promise<(() => Promise<void>) | undefined> {
  const connection = await Connection.open(path, { busyTimeout: wait });
  try {
    await connection.exec('begin exclusive');
    let gone: Promise<void> | undefined;
    return () => {
      // Closing alone lets go of it a moment later: the driver's thread may still hold the connection.
      gone ??= connection.exec('rollback').finally(() => connection.close());
      return gone;
    };
  } catch (error) {
    connection.close();
    if (error instanceof MurmurationError && error.code === 'storage.locked') return undefined;
    throw error;
  }
}
