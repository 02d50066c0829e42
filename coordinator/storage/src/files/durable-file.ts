import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { storageFailure } from '@murmuration/sql/failures/storage-failure';

/** Does what `where` says; throws `storage.*` where the file system refuses it. */
export async function onDisk<Value>(where: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw storageFailure(error, where);
  }
}

/**
 * Puts a whole file in its place: written under `temporary`, in the same folder, synced, renamed, and the folder synced, so that
 * after a crash the file is there whole or not at all. Throws what the file system throws, and leaves no temporary file then.
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

/** Makes the names in a folder durable, as those of files created, renamed or deleted there. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no handle on a folder, and writes names through.
  if (process.platform === 'win32') return;
  await withFile(folder, 'r', file => file.sync());
}

/** A folder that nobody else may look into, with those above it, durable when it returns. */
export async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  for (let at = resolve(folder); at !== dirname(resolve(made)); at = dirname(at))
    await syncFolder(dirname(at));
}

/** Opens a file, and closes it whatever happens. */
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

/** The bytes of a file; undefined where there is none. Throws `ELOOP` for a link, `EISDIR` for what is a folder, or a pipe, which never ends. */
export function readIfThere(path: string): Promise<Uint8Array | undefined> {
  return ifThere(
    withRegular(path, async file => {
      const { buffer, byteOffset, length } = await file.readFile();
      return new Uint8Array(buffer, byteOffset, length);
    }),
  );
}

/** Copies a file to where there is none, synced. Throws as `readIfThere`. */
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

/** Opens a file to read it, no link, and nothing that would keep whoever opens or reads it waiting. */
function withRegular<Value>(path: string, work: (file: FileHandle) => Promise<Value>): Promise<Value> {
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
  return withFile(path, flags, async file => {
    if (!(await file.stat()).isFile())
      throw Object.assign(new Error(`${path} is no file`), { code: 'EISDIR', syscall: 'read' });
    return work(file);
  });
}

/** undefined where the file is not there. */
export async function ifThere<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
