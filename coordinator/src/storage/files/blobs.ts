import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { contentHash } from '../../registry/content-hash.ts';
import type { BlobStore } from '../../registry/ports.ts';
import { BlobBlocks } from './blob-blocks.ts';
import { makeFolder, onDisk, readIfThere, syncFolder, writeWhole } from './durable-file.ts';

/** Bytes that are kept in memory of those read whole last. */
const maxCached = 128 << 20;

/**
 * Blobs as files of a folder, named by their hash, which is checked whenever one is read. Removes what an interrupted `put` left
 * behind. Throws `storage.*` where the folder can't be used.
 */
export async function fileBlobs(folder: string, clock: Clock): Promise<BlobStore> {
  /** When each was put last by this process, ms since 1970. */
  const putAt = new Map<string, number>();
  /** Blobs read and checked, the one read longest ago first. */
  const cached = new Map<string, Uint8Array>();
  let cachedBytes = 0;
  let writes = 0;
  const blocks = new BlobBlocks(folder);
  /** `put` and `sweep` take turns, since one may want what the other is about to delete. */
  const turns = new PromiseQueue();

  const forget = (hash: string): void => {
    cachedBytes -= cached.get(hash)?.length ?? 0;
    cached.delete(hash);
  };
  const remember = (hash: string, bytes: Uint8Array): void => {
    forget(hash);
    cached.set(hash, bytes);
    cachedBytes += bytes.length;
    for (const oldest of cached.keys()) {
      if (cachedBytes <= maxCached) break;
      forget(oldest);
    }
  };

  await onDisk(`The folder ${folder} can't be opened`, async () => {
    await makeFolder(folder);
    for (const name of await readdir(folder)) {
      if (name.endsWith('.tmp')) await rm(join(folder, name), { force: true });
    }
  });

  return {
    put(bytes) {
      // What is written is what the caller has now, whatever becomes of its buffer.
      const kept = new Uint8Array(bytes);
      const hash = contentHash(kept);
      return turns.run(() =>
        onDisk(`The blob ${hash} can't be stored`, async () => {
          const path = join(folder, hash);
          if (!(await isWhole(path, hash))) await writeWhole(path, `${path}.${++writes}.tmp`, kept);
          putAt.set(hash, clock.now());
          return hash;
        }),
      );
    },

    async get(hash) {
      const known = cached.get(hash);
      if (known) {
        remember(hash, known);
        return known;
      }
      const bytes = await readBlob(folder, hash);
      remember(hash, bytes);
      return bytes;
    },

    open: (hash, toRead) => blocks.open(hash, toRead),

    sweep(named, before) {
      return turns.run(() =>
        onDisk(`The folder ${folder} can't be tidied`, async () => {
          const deleted: string[] = [];
          for (const { name: hash } of (await readdir(folder, { withFileTypes: true })).filter(each =>
            each.isFile(),
          )) {
            if (!hashPattern.test(hash) || named.has(hash) || (putAt.get(hash) ?? -Infinity) >= before)
              continue;
            await rm(join(folder, hash), { force: true });
            putAt.delete(hash);
            forget(hash);
            blocks.forget(hash);
            deleted.push(hash);
          }
          if (deleted.length > 0) await syncFolder(folder);
          return deleted;
        }),
      );
    },
  };
}

/**
 * Reads and checks one blob of a folder. Throws `model.missing`, `model.corrupt` where its bytes don't match, what is in its place is no
 * file, or the disk has lost it, and `storage.*`.
 */
export async function readBlob(folder: string, hash: string): Promise<Uint8Array> {
  if (!hashPattern.test(hash)) throw new MurmurationError('model.missing');
  const path = join(folder, hash);
  const bytes = await onDisk(`The blob ${hash} can't be read`, () => unlessDamaged(path));
  if (!bytes)
    throw new MurmurationError('model.missing', `The file ${hash} is missing; restore it from a backup.`);
  if (contentHash(bytes) !== hash)
    throw new MurmurationError(
      'model.corrupt',
      `The bytes of ${path} don't match their hash; restore the file from a backup.`,
    );
  return bytes;
}

async function unlessDamaged(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readIfThere(path);
  } catch (error) {
    if (!damaged.has((error as NodeJS.ErrnoException).code)) throw error;
    throw new MurmurationError(
      'model.corrupt',
      `${path} can't be read (${(error as Error).message}); restore the file from a backup.`,
      { cause: error },
    );
  }
}

const damaged: ReadonlySet<string | undefined> = new Set(['EISDIR', 'EIO']);

async function isWhole(path: string, hash: string): Promise<boolean> {
  const bytes = await readIfThere(path).catch(error => {
    if (!damaged.has(error.code)) throw error;
  });
  return bytes !== undefined && contentHash(bytes) === hash;
}
