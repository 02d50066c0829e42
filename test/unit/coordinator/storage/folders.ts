import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@murmuration/protocol/time/clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterEach } from 'vitest';

/** A folder that is gone after each test, and the storage in it, which is closed by then. */
export function storageFolders() {
  const folders: string[] = [];
  const opened: Stores[] = [];
  afterEach(async () => {
    for (const storage of opened.splice(0)) await storage.close();
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });

  const make = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'murmuration-storage-'));
    folders.push(folder);
    return folder;
  };
  const openIn = async (folder: string, clock: Clock = new VirtualClock(1_000)): Promise<Stores> => {
    const storage = await openStorage(folder, clock);
    opened.push(storage);
    return storage;
  };
  return {
    make,
    openIn,
    /** The folder made last. */
    current: () => folders.at(-1)!,
    /** The storage of a new folder. */
    open: async (clock?: Clock) => openIn(await make(), clock),
    /** Closes the storage opened last, and opens its folder again. */
    async reopen() {
      await opened.pop()!.close();
      return openIn(folders.at(-1)!);
    },
  };
}
