import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { claimFolder } from './folder-claim.ts';
import type { Storage } from './storage.ts';

/** Files that are no entries begin with a dot, which no name does. */
const newPrefix = '.new-';
const oldPrefix = '.old-';

/** Bytes that are overwritten at a time. */
const pieceLength = 1 << 16;

/**
 * One file a name in `folder`, which is made where it is missing. `claim` lets one client at a time take part with it, of all that the
 * processes of this machine have; what else is in the folder is nobody's business. Bytes that are replaced or deleted are overwritten
 * with zeros first, as far as the file system writes in place. `random` names the sockets by which clients know of each other.
 */
export function fileStorage(folder: string, random: RandomBytes = systemRandom): Storage {
  const place = resolve(folder);
  const fileOf = (name: string) => encodeURIComponent(name).replace(/^\./, '%2E');
  const path = (file: string) => join(place, file);
  const files = async (): Promise<string[]> => {
    try {
      return await readdir(place);
    } catch (error) {
      if (isMissing(error)) return [];
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
    await mkdir(place, { recursive: true, mode: 0o700 });
    const [fresh, old] = [path(newPrefix + file), path(oldPrefix + file)];
    await writeSynced(fresh, parts);
    // A crash on the way leaves the entry whole, and its old bytes under a name at which they are found.
    await erase(old);
    await linkOf(path(file), old);
    await rename(fresh, path(file));
    await syncFolder(place);
    await erase(old);
  };
  return {
    async get(name) {
      try {
        return new Uint8Array(await readFile(path(fileOf(name))));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    put: (name, bytes) => inOrder(name, () => write(fileOf(name), [bytes])),
    putParts: (name, parts) => inOrder(name, () => write(fileOf(name), parts)),
    delete: name => inOrder(name, () => erase(path(fileOf(name)))),
    async clear(except) {
      await Promise.allSettled(changes.values());
      const kept = new Set(except.map(fileOf));
      // What a crash has left half written goes as well.
      for (const file of await files()) if (!kept.has(file) && isOurs(file)) await erase(path(file));
    },
    async claim(signal, waits) {
      const release = await claimFolder(place, random, signal, waits);
      // What a client before this one had no time for.
      for (const file of await files())
        if (file.startsWith(oldPrefix) || file.startsWith(newPrefix)) await erase(path(file));
      return release;
    },
  };
}

/** Whether a file is an entry, or what became or was to become one. */
const isOurs = (file: string) =>
  !file.startsWith('.') || file.startsWith(oldPrefix) || file.startsWith(newPrefix);

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

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

async function linkOf(path: string, other: string): Promise<void> {
  try {
    await link(path, other);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Overwrites a file in place, and deletes it; one that is not there is left so. */
async function erase(path: string): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      const { size } = await file.stat();
      const zeros = new Uint8Array(Math.min(size, pieceLength));
      for (let at = 0; at < size; at += zeros.length)
        await file.write(zeros, 0, Math.min(zeros.length, size - at), at);
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await rm(path, { force: true });
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
