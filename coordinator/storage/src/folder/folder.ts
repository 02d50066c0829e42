import { access, constants, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { BlobStore } from '@murmuration/rounds/registry/ports';
import { takeLock } from '@murmuration/sql/sqlite/lock';
import { Writer } from '@murmuration/sql/writes/writer';
import { fileBlobs } from '../files/blobs.ts';
import { fileCheckpoints } from '../files/checkpoints.ts';
import { makeFolder, onDisk, syncFolder, withFile } from '../files/durable-file.ts';
import { requireWhole } from '../files/whole-folder.ts';
import type { RowDatabase } from '../rows/database.ts';
import { sqlHistory } from '../rows/history.ts';
import { openDatabase } from '../rows/open.ts';
import { claim, type Ownership } from '../rows/owner.ts';
import { sqlParts } from '../rows/parts.ts';
import { sqlRounds } from '../rows/rounds.ts';
import { rowStores } from '../rows/stores.ts';

/** Names of the parts of a storage folder. */
export const layout = {
  /** SQLite database with all rows. */
  database: 'murmuration.db',
  /** Folder of the files of models and strategies, named by their SHA-256. */
  blobs: 'blobs',
  /** Folder of the running sums of rounds under way. */
  sums: 'rounds',
  /** File locked by the process that has the folder; readers need no lock. */
  lock: 'lock.db',
  /** File locked while blobs are copied or deleted. */
  blobsLock: 'blobs-lock.db',
} as const;

/** Bytes of the file that tests if the disk can be written. */
const probeLength = 65_536;

/**
 * Takes a folder for this process until the returned function is called. Throws `storage.in-use` if it is
 * taken.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const unlock = await takeLock(join(folder, layout.lock));
  if (unlock) return unlock;
  throw new MurmurationError(
    'storage.in-use',
    `Another coordinator uses the storage folder ${folder}; stop it first, or choose another folder.`,
  );
}

/** Writes a file as long as a page of a model, and deletes it. Throws errors of the file system. */
async function writeAndForget(folder: string): Promise<void> {
  const path = join(folder, 'probe.tmp');
  try {
    await withFile(path, 'w', async file => {
      await file.writeFile(new Uint8Array(probeLength));
      await file.sync();
    });
  } finally {
    await rm(path, { force: true });
  }
}

/** Opens a storage folder, as `openStorage`. */
export async function openFolder(folder: string, clock: Clock) {
  await onDisk(`The storage folder ${folder} can't be used`, async () => {
    await makeFolder(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  });
  const unlock = await lockFolder(folder);
  try {
    await requireWhole(folder, layout);
    const path = join(folder, layout.database);
    const opened = await openDatabase(path);
    let owner: Ownership | undefined;
    try {
      const own = await claim(opened.rows, path, clock.now());
      owner = own;
      const database: RowDatabase = { ...opened, writer: new Writer(opened.rows, own.require) };
      await onDisk(`The storage folder ${folder} can't be synced`, () => syncFolder(folder));
      const files = await fileBlobs(join(folder, layout.blobs), clock);
      const blobs: BlobStore = {
        ...files,
        async sweep(named, before) {
          const free = await takeLock(join(folder, layout.blobsLock));
          // A backup is under way; the next sweep deletes these blobs.
          if (!free) return [];
          try {
            return await files.sweep(named, before);
          } finally {
            await free();
          }
        },
      };
      const checkpoints = await fileCheckpoints(join(folder, layout.sums));
      const rounds = sqlRounds(database, {
        ...checkpoints,
        async write(...checkpoint) {
          await own.require(database.rows);
          await checkpoints.write(...checkpoint);
        },
      });

      /** Rounds that are over but whose sums could not be erased yet. */
      const over = new Set<RoundId>();
      const erase = async (round: RoundId): Promise<void> => {
        over.add(round);
        for (const each of over) {
          try {
            await checkpoints.forget(each);
            over.delete(each);
          } catch {
            // The round stays committed. The next round and the next start try again.
          }
        }
      };
      const begun = await database.rows.selectFrom('rounds_under_way').select('round').execute();
      const underWay = new Set(begun.map(({ round }) => round));
      for (const round of await checkpoints.rounds()) if (!underWay.has(round)) await erase(round);

      return {
        durable: true,
        blobs,
        history: sqlHistory(database, blobs, erase),
        rounds,
        parts: sqlParts(database, erase),
        ...rowStores(database),
        async probe() {
          await onDisk(`The storage folder ${folder} can't be written`, () => writeAndForget(folder));
          await database.writer.write(rows => rows.updateTable('owner').set({ id: 1 }).execute());
        },
        probeEvery: null,
        async close() {
          // A full disk may prevent the deletion; the row then names a process that has ended.
          await own.release().catch(() => {});
          await database.close();
          await unlock();
        },
      };
    } catch (error) {
      await owner?.release().catch(() => {});
      await opened.close();
      throw error;
    }
  } catch (error) {
    await unlock();
    throw error;
  }
}
