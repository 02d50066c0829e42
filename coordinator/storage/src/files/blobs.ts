import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { contentHash } from '@murmuration/rounds/registry/content-hash';
import type { BlobStore } from '@murmuration/rounds/registry/ports';
import { BlobBlocks } from '../blobs/blob-blocks.ts';
import { KeptBytes } from '../blobs/kept-bytes.ts';
import {
  ifThere,
  makeFolder,
  onDisk,
  readIfThere,
  syncFolder,
  withFile,
  writeWhole,
} from './durable-file.ts';

/**
 * Opens a folder of blobs as files named by their hash, which is checked at each read. Removes files that an
 * interrupted `put` left behind. Throws `storage.*` if the folder can't be used.
 */
export async function fileBlobs(folder: string, clock: Clock): Promise<BlobStore> {
  /** Map from a hash to the time when this process last put it, ms since 1970. */
  const putAt = new Map<string, number>();
  const kept = new KeptBytes();
  let writes = 0;
  const blocks = new BlobBlocks({
    reading: async (hash, work) =>
      (await onDisk(`The blob ${hash} can't be read`, () =>
        ifThere(
          withFile(join(folder, hash), 'r', async file => {
            await work(async (block, at) => (await file.read(block, 0, block.length, at)).bytesRead);
            return true;
          }),
        ),
      )) ?? false,
  });
  /** Serialises `put` and `sweep`, since one may need a blob that the other is about to delete. */
  const turns = new PromiseQueue();

  await onDisk(`The folder ${folder} can't be opened`, async () => {
    await makeFolder(folder);
    for (const name of await readdir(folder)) {
      if (name.endsWith('.tmp')) await rm(join(folder, name), { force: true });
    }
  });

  return {
    put(bytes) {
      // Copied, since the caller may change its buffer.
      const own = new Uint8Array(bytes);
      const hash = contentHash(own);
      return turns.run(() =>
        onDisk(`The blob ${hash} can't be stored`, async () => {
          const path = join(folder, hash);
          if (!(await isWhole(path, hash))) await writeWhole(path, `${path}.${++writes}.tmp`, own);
          putAt.set(hash, clock.now());
          return hash;
        }),
      );
    },

    async get(hash) {
      const known = kept.get(hash);
      if (known) return known;
      const bytes = await readBlob(folder, hash);
      kept.put(hash, bytes);
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
            kept.forget(hash);
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
 * Reads and checks one blob of a folder. Throws `model.missing`; `model.corrupt` if its bytes don't match,
 * if it is not a file, or if the disk has lost it; and `storage.*`.
 */
export async function readBlob(folder: string, hash: string): Promise<Uint8Array> {
  if (!hashPattern.test(hash)) throw new MurmurationError('model.missing');
  const bytes = await onDisk(`The blob ${hash} can't be read`, () => unlessDamaged(folder, hash));
  if (!bytes)
    throw new MurmurationError('model.missing', `The file ${hash} is missing; restore it from a backup.`);
  if (contentHash(bytes) !== hash)
    throw new MurmurationError(
      'model.corrupt',
      `The bytes of the blob ${hash} don't match their hash; restore the file from a backup.`,
    );
  return bytes;
}

async function unlessDamaged(folder: string, hash: string): Promise<Uint8Array | undefined> {
  try {
    return await readIfThere(join(folder, hash));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!damaged.has(code)) throw error;
    throw new MurmurationError(
      'model.corrupt',
      `The blob ${hash} can't be read (${code}); restore the file from a backup.`,
      { cause: error },
    );
  }
}

const damaged: ReadonlySet<string | undefined> = new Set(['EISDIR', 'ELOOP', 'EIO']);

async function isWhole(path: string, hash: string): Promise<boolean> {
  const bytes = await readIfThere(path).catch(error => {
    if (!damaged.has(error.code)) throw error;
  });
  return bytes !== undefined && contentHash(bytes) === hash;
}
