import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { Connection } from './connection.ts';

/**
 * Takes a lock until the returned function has released it or the process ends in any way: SQLite's on a
 * database that holds nothing, which is the operating system's and can't be left behind. Releasing it twice
 * is harmless. Waits `wait` ms for the lock; undefined if another process, or this one, still has it. (On
 * POSIX a process loses it by closing any other handle of the file: no other code opens that.) Throws
 * `storage.*`.
 */
export async function takeLock(path: string, wait = 0): Promise<(() => Promise<void>) | undefined> {
  const connection = await Connection.open(path, { busyTimeout: wait });
  try {
    await connection.exec('begin exclusive');
    let gone: Promise<void> | undefined;
    return () => {
      // Closing without a rollback releases it a moment later: the driver's thread may still hold the
      // connection.
      gone ??= connection.exec('rollback').finally(() => connection.close());
      return gone;
    };
  } catch (error) {
    connection.close();
    if (error instanceof MurmurationError && error.code === 'storage.locked') return undefined;
    throw error;
  }
}
