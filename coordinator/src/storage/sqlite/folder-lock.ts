import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors';
import { Connection } from './database.ts';

/**
 * Takes a folder for this process until the returned function is called or the process ends in whatever way: SQLite's lock on a
 * database of its own is the operating system's, and can't be left behind. Whoever only reads the other files needs no
 * lock. (On POSIX a process loses it by closing any other handle of `lock.db`: nothing else here opens that file.) Throws
 * `storage.in-use` where another process, or this one, has it already.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const connection = await Connection.open(join(folder, 'lock.db'), { busyTimeout: 0 });
  try {
    await connection.exec('begin exclusive');
  } catch (error) {
    connection.close();
    if (error instanceof MurmurationError && error.code === 'storage.locked')
      throw new MurmurationError(
        'storage.in-use',
        `Another coordinator uses the storage folder ${folder}; stop it first, or choose another folder.`,
        { cause: error },
      );
    throw error;
  }
  return () => connection.close();
}
