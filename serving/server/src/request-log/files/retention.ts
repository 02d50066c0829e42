import { type LogFile, sizeOf } from './folder.ts';
import type { FilesOptions } from './options.ts';

/**
 * Returns the oldest files of a log that need not be kept at `now`. `beganAt` returns when a file began, ms
 * since 1970.
 */
export async function filesToRetire(
  files: readonly LogFile[],
  { keepFor, keepBytes }: Pick<FilesOptions, 'keepFor' | 'keepBytes'>,
  now: number,
  beganAt: (file: LogFile) => Promise<number>,
): Promise<readonly LogFile[]> {
  const sizes = await Promise.all(files.map(sizeOf));
  let total = sizes.reduce((sum, size) => sum + size, 0);
  const oldest = now - (keepFor ?? Number.POSITIVE_INFINITY);
  const retired: LogFile[] = [];
  for (const [index, file] of files.entries()) {
    const next = files[index + 1];
    // The newest file is being written.
    if (!next) break;
    // The last line of a file is no younger than the first of the next one.
    const isOld = (await beganAt(next)) < oldest;
    if (!isOld && (keepBytes === null || total <= keepBytes)) break;
    total -= sizes[index] ?? 0;
    retired.push(file);
  }
  return retired;
}
