import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { takeLock } from '@murmuration/sql/sqlite/lock';

/**
 * Locks a folder for this process, until the returned function is called or the process ends. Throws
 * `storage.in-use`.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const unlock = await takeLock(join(folder, 'lock'));
  if (!unlock)
    throw new MurmurationError(
      'storage.in-use',
      `Another process logs to the folder ${folder}; give each its own.`,
    );
  return unlock;
}
