import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { fileBlobs } from '@murmuration/storage/files/blobs';
import { layout } from '@murmuration/storage/folder/folder';
import { sqlActivity } from '@murmuration/storage/rows/activity';
import { sqlDevices } from '@murmuration/storage/rows/devices';
import { sqlHistory } from '@murmuration/storage/rows/history';
import { openDatabase } from '@murmuration/storage/rows/open';
import { fillHistory } from '../../large-history.ts';
import { task } from './task.ts';

/**
 * Makes a storage folder with a long history in it. Its rounds were never under way, so that the coordinator's own way to close a round,
 * which erases the sums of each from the disk, would only sync a folder for every one of them.
 */
export async function fillFolder(
  folder: string,
  size: { readonly rounds: number; readonly devices: number },
): Promise<void> {
  await mkdir(join(folder, layout.blobs), { recursive: true });
  const blobs = await fileBlobs(join(folder, layout.blobs), systemClock);
  const database = await openDatabase(join(folder, layout.database));
  try {
    const history = sqlHistory(database, blobs, async () => {});
    const [devices, activity] = [sqlDevices(database), sqlActivity(database)];
    await fillHistory({ blobs, history, devices, activity }, task, size, systemClock);
  } finally {
    await database.close();
  }
}
