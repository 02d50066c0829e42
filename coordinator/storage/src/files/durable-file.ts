import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { storageFailure } from '@murmuration/sql/failures/storage-failure';

/** Runs `work`; turns errors of the file system into `storage.*`, with `where` in their message. */
export async function onDisk<Value>(where: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw storageFailure(error, where);
  }
}

/**
 * Writes a whole file: under `temporary`, in the same folder, synced, renamed, and the folder synced, so
 * that after a crash the file is whole or missing. Throws errors of the file system, and then leaves no
 * temporary file.
 */
export async function writeWhole(path: string, temporary: string, bytes: Uint8Array): Promise<void> {
  try {
    await withFile(temporary, 'wx', async file => {
      await file.writeFile(bytes);
      await file.sync();
    });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes names in a folder durable, after files in it were created, renamed or deleted. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no handle on a folder, and writes names through.
  if (process.platform === 'win32') return;
  await withFile(folder, 'r', file => file.sync());
}

/** Creates a private folder and its parents, durably. */
export async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  for (let at = resolve(folder); at !== dirname(resolve(made)); at = dirname(at))
    await syncFolder(dirname(at));
}

/** Opens a file for `work`, and always closes it. */
export async function withFile<Value>(
  path: string,
  flags: string | number,
  work: (file: FileHandle) => Promise<Value>,
): Promise<Value> {
  const file = await open(path, flags, 0o600);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/**
 * Reads a file; undefined if it doesn't exist. Throws `ELOOP` for a link, and `EISDIR` for a folder or a
 * pipe, which never ends.
 */
export function readIfThere(path: string): Promise<Uint8Array | undefined> {
  return ifThere(
    withRegular(path, async file => {
      const { buffer, byteOffset, length } = await file.readFile();
      return new Uint8Array(buffer, byteOffset, length);
    }),
  );
}

/** Copies a file to a new one, synced. Throws as `readIfThere`. */
export function copyRegular(from: string, to: string): Promise<void> {
  return withRegular(from, source =>
    withFile(to, 'wx', async file => {
      await pipeline(source.createReadStream({ autoClose: false }), async parts => {
        for await (const part of parts) await file.writeFile(part as Buffer);
      });
      await file.sync();
    }),
  );
}

/** Opens a regular file to read it; refuses links, and files on which opening or reading would block. */
function withRegular<Value>(path: string, work: (file: FileHandle) => Promise<Value>): Promise<Value> {
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
  return withFile(path, flags, async file => {
    if (!(await file.stat()).isFile())
      throw Object.assign(new Error(`${path} is no file`), { code: 'EISDIR', syscall: 'read' });
    return work(file);
  });
}

/** Returns undefined if the file doesn't exist. */
export async function ifThere<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
