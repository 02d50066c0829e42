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
  /** The last change of each name that is under way. */
  const changes = new Map<string, Promise<void>>();
  const inOrder = async (name: string, change: () => Promise<void>): Promise<void> => {
    const before = changes.get(name)?.catch(() => {}) ?? Promise.resolve();
    const last = before.then(change);
    changes.set(name, last);
    try {
      await last;
    } finally {
      if (changes.get(name) === last) changes.delete(name);
    }
  };
  const write = async (file: string, parts: readonly Uint8Array[]): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = `${file}.new`;
    await writeSynced(temporary, parts);
    await rename(temporary, file);
    const parent = await open(folder, 'r');
    try {
      await parent.sync();
    } finally {
      await parent.close();
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
    put: (name, bytes) => inOrder(name, () => write(path(name), [bytes])),
    putParts: (name, parts) => inOrder(name, () => write(path(name), parts)),
    delete: name => inOrder(name, () => rm(path(name), { force: true })),
    async clear(except) {
      await Promise.allSettled(changes.values());
      const kept = new Set(except.map(encodeURIComponent));
      // What a crash has left half written goes as well.
      for (const name of await names()) if (!kept.has(name)) await rm(join(folder, name), { force: true });
    },
  };
}

async function writeSynced(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    // Each goes behind the one before.
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}
