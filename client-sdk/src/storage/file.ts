import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from './storage.ts';

/** One file a name in `folder`, which is made where it is missing. For one client at a time, and for nothing else. */
export function fileStorage(folder: string): Storage {
  const path = (name: string) => join(folder, encodeURIComponent(name));
  const names = async (): Promise<string[]> => {
    try {
      return await readdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  };
  return {
    async get(name) {
      try {
        return new Uint8Array(await readFile(path(name)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async put(name, bytes) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const temporary = `${path(name)}.new`;
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path(name));
      const parent = await open(folder, 'r');
      try {
        await parent.sync();
      } finally {
        await parent.close();
      }
    },
    async delete(name) {
      await rm(path(name), { force: true });
    },
    async clear(except) {
      const kept = new Set(except.map(encodeURIComponent));
      // What a crash has left half written goes as well.
      for (const name of await names()) if (!kept.has(name)) await rm(join(folder, name), { force: true });
    },
  };
}
