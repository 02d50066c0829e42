import { constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { claimFolder } from './folder-claim.ts';
import type { Storage } from './storage.ts';

/** Prefixes of files that are not entries; no name begins with a dot. */
const newPrefix = '.new-';
const oldPrefix = '.old-';

/** Bytes overwritten at a time. */
const overwrittenAtOnce = 1 << 16;

/**
 * Stores one file per name in `folder`, which is created if missing. `claim` lets one client at a time
 * take part, among all processes of this machine; other files in the folder are ignored. Replaced or
 * deleted bytes are overwritten with zeros first, as far as the file system writes in place. `random`
 * names the sockets by which clients find each other. Links are not followed. Methods throw
 * `config.invalid` if other users may write to the folder.
 */
export function fileStorage(folder: string, random: RandomBytes = systemRandom): Storage {
  const place = resolve(folder);
  const fileOf = (name: string) => encodeURIComponent(name).replace(/^\./, '%2E');
  const path = (file: string) => join(place, file);
  const files = async (): Promise<string[]> => {
    await requireOwn(place);
    try {
      return await readdir(place);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  };
  /** Last pending change of each name. */
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
    await requireOwn(place);
    const [fresh, old] = [path(newPrefix + file), path(oldPrefix + file)];
    await writeSynced(fresh, parts);
    // After a crash the entry is whole, and its old bytes have a name at which they are found.
    await erase(old, path(file));
    await linkOf(path(file), old);
    await rename(fresh, path(file));
    await syncFolder(place);
    await erase(old);
  };
  return {
    async get(name) {
      try {
        await requireOwn(place);
        return await readRegular(path(fileOf(name)));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    put: (name, bytes) => inOrder(name, () => write(fileOf(name), [bytes])),
    putParts: (name, parts) => inOrder(name, () => write(fileOf(name), parts)),
    delete: name =>
      inOrder(name, async () => {
        await requireOwn(place);
        await erase(path(fileOf(name)));
      }),
    async clear(except) {
      await Promise.allSettled(changes.values());
      const kept = new Set(except.map(fileOf));
      // Deletes half-written files of a crash, too.
      for (const file of await files()) if (!kept.has(file) && isOurs(file)) await erase(path(file));
    },
    async claim(signal, waits) {
      const release = await claimFolder(place, random, signal, waits);
      // Deletes files that an earlier client left behind.
      for (const file of await files())
        if (file.startsWith(oldPrefix)) await erase(path(file), path(file.slice(oldPrefix.length)));
        else if (file.startsWith(newPrefix)) await erase(path(file));
      return release;
    },
  };
}

/** Returns true for entries, and for their new and old versions. */
const isOurs = (file: string) =>
  !file.startsWith('.') || file.startsWith(oldPrefix) || file.startsWith(newPrefix);

async function ifThere<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Throws `config.invalid` if other users may write to the folder. */
async function requireOwn(place: string): Promise<void> {
  const found = await ifThere(stat(place));
  const user = process.getuid?.();
  if (!found || user === undefined) return;
  const isShared = (found.mode & 0o022) !== 0;
  if (!isShared && (found.uid === user || found.uid === 0)) return;
  throw new MurmurationError(
    'config.invalid',
    `Others may write to the folder ${place}, where the keys of this device lie: ${isShared ? `take that from them (chmod go-w ${place})` : 'it belongs to another account'}, or choose a folder that only this account has.`,
  );
}

/** Flags that follow no link and wait for no pipe. */
const careful = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens a regular file. Throws `ELOOP` for a link, and `config.invalid` for anything else. */
async function withRegular<Value>(
  path: string,
  flags: number,
  work: (file: FileHandle) => Promise<Value>,
): Promise<Value> {
  const file = await open(path, flags | careful);
  try {
    if (!(await file.stat()).isFile())
      throw new MurmurationError('config.invalid', `${path} is no file; remove it.`);
    return await work(file);
  } finally {
    await file.close();
  }
}

function readRegular(path: string): Promise<Uint8Array> {
  return withRegular(path, constants.O_RDONLY, async file => new Uint8Array(await file.readFile()));
}

async function writeSynced(path: string, parts: readonly Uint8Array[]): Promise<void> {
  // A crash, or another process, may have left a file there.
  await erase(path);
  const file = await open(path, 'wx', 0o600);
  try {
    // Each write appends.
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

/**
 * Overwrites a file in place, and deletes it, if it exists. Does not overwrite what is no regular
 * file, or still the file of `entry`.
 */
async function erase(path: string, entry?: string): Promise<void> {
  try {
    await withRegular(path, constants.O_RDWR, async file => {
      const { size, ino, dev } = await file.stat();
      const live = entry === undefined ? undefined : await ifThere(lstat(entry));
      if (live?.ino === ino && live.dev === dev) return;
      const zeros = new Uint8Array(Math.min(size, overwrittenAtOnce));
      for (let at = 0; at < size; at += zeros.length)
        await file.write(zeros, 0, Math.min(zeros.length, size - at), at);
      await file.datasync();
    });
  } catch (error) {
    if (isMissing(error)) return;
    const isNoFile = error instanceof MurmurationError || (error as NodeJS.ErrnoException).code === 'ELOOP';
    if (!isNoFile) throw error;
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
