import { constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
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
 * with zeros first, as far as the file system writes in place. `random` names the sockets by which clients know of each other. No link is
 * followed. Its methods throw `config.invalid` where others may write to the folder.
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
    await requireOwn(place);
    const [fresh, old] = [path(newPrefix + file), path(oldPrefix + file)];
    await writeSynced(fresh, parts);
    // A crash on the way leaves the entry whole, and its old bytes under a name at which they are found.
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
      // What a crash has left half written goes as well.
      for (const file of await files()) if (!kept.has(file) && isOurs(file)) await erase(path(file));
    },
    async claim(signal, waits) {
      const release = await claimFolder(place, random, signal, waits);
      // What a client before this one had no time for.
      for (const file of await files())
        if (file.startsWith(oldPrefix)) await erase(path(file), path(file.slice(oldPrefix.length)));
        else if (file.startsWith(newPrefix)) await erase(path(file));
      return release;
    },
  };
}

/** Whether a file is an entry, or what became or was to become one. */
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

/** Throws `config.invalid` where others may put something into the folder, or take it away. */
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

/** No link is followed, and no pipe waited for. */
const careful = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Throws `ELOOP` for a link, and `config.invalid` for what is no file. */
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
  // One that a crash has left, or whatever somebody has put there.
  await erase(path);
  const file = await open(path, 'wx', 0o600);
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

/**
 * Overwrites a file in place, and deletes it; one that is not there is left so. What is no file is not overwritten, nor what is that of `entry`
 * still.
 */
async function erase(path: string, entry?: string): Promise<void> {
  try {
    await withRegular(path, constants.O_RDWR, async file => {
      const { size, ino, dev } = await file.stat();
      const live = entry === undefined ? undefined : await ifThere(lstat(entry));
      if (live?.ino === ino && live.dev === dev) return;
      const zeros = new Uint8Array(Math.min(size, pieceLength));
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
