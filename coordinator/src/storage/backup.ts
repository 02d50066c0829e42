import { constants, copyFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern, type ModelHash } from '@murmuration/protocol/ids/ids';
import { fileHashesOf, parseModelJson } from '@murmuration/protocol/weights/model-files';
import { isPostgresql } from '@murmuration/sql/postgresql/address';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { takeLock } from '@murmuration/sql/sqlite/lock';
import { contentHash } from '../registry/content-hash.ts';
import { ifThere, makeFolder, onDisk, readIfThere, syncFolder, withFile } from './files/durable-file.ts';
import { layout, lockFolder } from './folder.ts';
import { vectorsIn } from './rows/strategy-state.ts';

/** What was copied and checked. */
export interface Copied {
  readonly versions: number;
  readonly files: number;
  /** Of these files. */
  readonly bytes: number;
}

/** ms to wait for the locks of a coordinator that is at work. */
const busyTimeout = 10_000;

/**
 * Copies a storage folder that a coordinator may be using: the rows as they are at one moment, then the files that they name, which
 * never change, each checked against its hash; nothing is deleted meanwhile. Rounds under way are left out. The database comes last: with it the backup is
 * complete. Throws `config.invalid` where there is no storage or `to` is not empty, `model.*` where a file is damaged or
 * missing, `storage.*`.
 */
export async function backUp(folder: string, to: string): Promise<Copied> {
  await requireStorage(folder);
  await makeEmpty(to);
  const free = await takeLock(join(folder, layout.blobsLock), busyTimeout);
  if (!free)
    throw new MurmurationError(
      'storage.locked',
      `Another backup of ${folder} is under way; wait for its end.`,
    );
  const database = join(to, layout.database);
  const partial = `${database}.partial`;
  try {
    await snapshot(join(folder, layout.database), partial);
    const copied = await copyBlobs(partial, join(folder, layout.blobs), join(to, layout.blobs));
    await complete(partial, database, to);
    return copied;
  } catch (error) {
    await clear(to);
    throw error;
  } finally {
    await free();
  }
}

/**
 * Puts a backup into a folder that is empty or not there, checking each file against its hash. Throws `config.invalid` where
 * there is no backup or the folder is not empty, `storage.in-use` where a coordinator uses it, `model.*` and `storage.corrupt`
 * where the backup is damaged; then the folder is left empty.
 */
export async function restore(backup: string, folder: string): Promise<Copied> {
  refuseDatabase(folder);
  await requireStorage(backup);
  await onDisk(`The folder ${folder} can't be used`, () => makeFolder(folder));
  const names = await onDisk(`The folder ${folder} can't be read`, () => readdir(folder));
  if (names.includes(layout.lock)) await (await lockFolder(folder))();
  requireEmpty(
    folder,
    names.filter(name => name !== layout.lock),
  );
  const unlock = await lockFolder(folder);
  const database = join(folder, layout.database);
  const partial = `${database}.partial`;
  try {
    await onDisk(`${join(backup, layout.database)} can't be copied`, () =>
      copyFile(join(backup, layout.database), partial),
    );
    await requireIntact(partial);
    const copied = await copyBlobs(partial, join(backup, layout.blobs), join(folder, layout.blobs));
    await complete(partial, database, folder);
    return copied;
  } catch (error) {
    await clear(folder);
    throw error;
  } finally {
    await unlock();
  }
}

function refuseDatabase(place: string): void {
  if (isPostgresql(place))
    throw new MurmurationError(
      'config.invalid',
      'A storage in PostgreSQL is copied and restored by pg_dump and pg_restore: all of it is in the one database.',
    );
}

async function requireStorage(folder: string): Promise<void> {
  refuseDatabase(folder);
  const names = (await ifThere(readdir(folder)).catch(() => undefined)) ?? [];
  if (!names.includes(layout.database))
    throw new MurmurationError('config.invalid', `There is no ${layout.database} in ${folder}.`);
}

async function makeEmpty(folder: string): Promise<void> {
  await onDisk(`The folder ${folder} can't be used`, () => makeFolder(folder));
  requireEmpty(folder, await onDisk(`The folder ${folder} can't be read`, () => readdir(folder)));
}

function requireEmpty(folder: string, names: readonly string[]): void {
  if (names.length > 0)
    throw new MurmurationError(
      'config.invalid',
      `The folder ${folder} is not empty; choose one that is empty or not there.`,
    );
}

/** The rows as they are now, without those of rounds under way: they belong to this moment, and go on in no copy. */
async function snapshot(database: string, to: string): Promise<void> {
  const source = await Connection.open(database, { busyTimeout });
  try {
    await source.exec(`vacuum into '${to.replaceAll("'", "''")}'`);
  } finally {
    source.close();
  }
  const copy = await Connection.open(to, { busyTimeout });
  try {
    await copy.exec(
      'delete from journal; delete from rounds_under_way; delete from round_parts; delete from owner; vacuum',
    );
  } finally {
    copy.close();
  }
}

async function requireIntact(database: string): Promise<void> {
  const connection = await Connection.open(database, { busyTimeout });
  try {
    const { rows } = await connection.query('pragma integrity_check(1)');
    if (rows[0]?.integrity_check !== 'ok')
      throw new MurmurationError(
        'storage.corrupt',
        'The database of the backup is damaged; take another backup.',
      );
  } finally {
    connection.close();
  }
}

/** Copies the files that the rows of `database` name. */
async function copyBlobs(database: string, from: string, to: string): Promise<Copied> {
  await onDisk(`The folder ${to} can't be made`, () => makeFolder(to));
  const { models, vectors } = await references(database);
  const lengths = new Map<string, number>();
  const copy = async (hash: string): Promise<Uint8Array> => {
    const blob = await copyBlob(hash, from, to);
    lengths.set(hash, blob.length);
    return blob;
  };
  for (const model of models) {
    for (const weights of fileHashesOf(parseModelJson(model, await copy(model))))
      if (!lengths.has(weights)) await copy(weights);
  }
  for (const vector of vectors) if (!lengths.has(vector)) await copy(vector);
  await onDisk(`The folder ${to} can't be synced`, () => syncFolder(to));
  const bytes = [...lengths.values()].reduce((sum, length) => sum + length, 0);
  return { versions: models.length, files: lengths.size, bytes };
}

async function references(database: string) {
  const connection = await Connection.open(database, { busyTimeout });
  try {
    const { rows } = await connection.query('select model, state from versions order by id');
    return {
      models: rows.map(({ model }) => model as ModelHash),
      vectors: rows.flatMap(({ state }) => vectorsIn(state as string)),
    };
  } finally {
    connection.close();
  }
}

/** Copies one file, unless it is there already, since versions may share files, and checks the copy; returns its bytes. */
async function copyBlob(hash: string, from: string, to: string): Promise<Uint8Array> {
  if (!hashPattern.test(hash)) throw new MurmurationError('storage.corrupt', `"${hash}" is no hash.`);
  const target = join(to, hash);
  return onDisk(`The file ${hash} can't be copied`, async () => {
    let bytes = await readIfThere(target);
    if (!bytes) {
      // A clone, where the file system has them.
      const isThere = await ifThere(
        copyFile(join(from, hash), target, constants.COPYFILE_FICLONE).then(() => true),
      );
      if (!isThere) throw new MurmurationError('model.missing', `The file ${join(from, hash)} is missing.`);
      await withFile(target, 'r+', file => file.sync());
      bytes = (await readIfThere(target))!;
    }
    if (contentHash(bytes) !== hash)
      throw new MurmurationError(
        'model.corrupt',
        `The bytes of ${join(from, hash)} don't match their hash; put the file of a backup in its place.`,
      );
    return bytes;
  });
}

async function complete(partial: string, database: string, folder: string): Promise<void> {
  await onDisk(`${database} can't be completed`, async () => {
    await withFile(partial, 'r+', file => file.sync());
    await rename(partial, database);
    await syncFolder(folder);
  });
}

/** Takes back what was put into a folder that was empty. */
async function clear(folder: string): Promise<void> {
  for (const name of [`${layout.database}.partial`, layout.blobs])
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
}
