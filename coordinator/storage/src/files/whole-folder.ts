import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern } from '@murmuration/protocol/ids/ids';
import { ifThere, onDisk } from './durable-file.ts';

/** Names of the parts of a folder. */
interface Names {
  readonly database: string;
  readonly blobs: string;
  readonly sums: string;
}

/**
 * Throws `storage.incomplete` if a storage folder has files of models or rounds but no database, which is
 * created before them: it was deleted, or a restore was interrupted. A new database would silently lose
 * everything.
 */
export async function requireWhole(folder: string, names: Names): Promise<void> {
  const left = await onDisk(`The storage folder ${folder} can't be read`, async () => {
    const size = (await ifThere(stat(join(folder, names.database))))?.size ?? 0;
    if (size > 0) return 0;
    const blobs = (await ifThere(readdir(join(folder, names.blobs)))) ?? [];
    const sums = (await ifThere(readdir(join(folder, names.sums)))) ?? [];
    return blobs.filter(name => hashPattern.test(name)).length + sums.length;
  });
  if (left > 0)
    throw new MurmurationError(
      'storage.incomplete',
      `${join(folder, names.database)} is gone or empty, and ${left} files of models or rounds are beside it: restore a backup into an empty folder, or choose an empty one to start again.`,
    );
}
