import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern, type ModelHash } from '@murmuration/protocol/ids/ids';
import { fileHashesOf, parseModelJson } from '@murmuration/protocol/weights/model-files';
import { contentHash } from '@murmuration/rounds/registry/content-hash';
import { isPostgresql } from '@murmuration/sql/postgresql/address';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { takeLock } from '@murmuration/sql/sqlite/lock';
import {
  copyRegular,
  ifThere,
  makeFolder,
  onDisk,
  readIfThere,
  syncFolder,
  withFile,
} from '../files/durable-file.ts';
import { vectorsIn } from '../rows/strategy-state.ts';
import { backupKeyFile, digestFile, keyOf, putKey, requireSigned, sign } from './backup-key.ts';
import { layout, lockFolder } from './folder.ts';
import { busyTimeout, type Contents, contentsOf, requireOwnSchema } from './restored-database.ts';

/** Summary of a checked copy. */
export interface Copied extends Contents {
  readonly versions: number;
  readonly files: number;
  /** Bytes of these files. */
  readonly bytes: number;
}

/**
 * Copies a storage folder that a coordinator may be using: the rows at one moment, then the files that they
 * name, which never change, each checked against its hash; no file is deleted meanwhile. Rounds under way
 * are left out. The database comes last, signed with the key of the folder, which stays there: with it the
 * backup is complete. Throws `config.invalid` if there is no storage or `to` is not empty, `model.*` if a
 * file is damaged or missing, `storage.*`.
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
    const contents = await contentsOf(partial);
    await sign(to, partial, await keyOf(folder));
    await complete(partial, database, to);
    return { ...copied, ...contents };
  } catch (error) {
    await clear(to);
    throw error;
  } finally {
    await free();
  }
}

/**
 * Restores a backup into a folder that is empty or doesn't exist. Checks its digest with `key`, its schema,
 * and each file against its hash; without a key, the digest is not checked. Reads only regular files of the
 * backup. Throws `config.invalid` if there is no backup or the folder is not empty, `storage.in-use` if a
 * coordinator uses it, `model.*`, `storage.newer` and `storage.corrupt` if the backup is damaged or was
 * changed; then the folder is left empty.
 */
export async function restore(backup: string, folder: string, key: Uint8Array | undefined): Promise<Copied> {
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
    const from = join(backup, layout.database);
    await onDisk(`${from} can't be copied`, () => ofRegular(from, copyRegular(from, partial)));
    if (key) await requireSigned(backup, partial, key);
    await requireOwnSchema(partial);
    const copied = await copyBlobs(partial, join(backup, layout.blobs), join(folder, layout.blobs));
    const contents = await contentsOf(partial);
    if (key) await putKey(folder, key);
    await complete(partial, database, folder);
    return { ...copied, ...contents };
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

/** Copies the rows as of now, without those of rounds under way, which can't continue in a copy. */
async function snapshot(database: string, to: string): Promise<void> {
  const source = await Connection.open(database, { busyTimeout });
  try {
    // Created first with private permissions, since the database would use the process's umask.
    await withFile(to, 'wx', async () => {});
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

/** Copies the files that the rows of `database` name. */
async function copyBlobs(database: string, from: string, to: string): Promise<Omit<Copied, keyof Contents>> {
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

/**
 * Copies one file and checks the copy, unless it exists, since versions may share files; returns its bytes.
 */
async function copyBlob(hash: string, from: string, to: string): Promise<Uint8Array> {
  if (!hashPattern.test(hash)) throw new MurmurationError('storage.corrupt', `"${hash}" is no hash.`);
  const target = join(to, hash);
  return onDisk(`The file ${hash} can't be copied`, async () => {
    let bytes = await readIfThere(target);
    if (!bytes) {
      bytes = await ofRegular(join(from, hash), readIfThere(join(from, hash)));
      if (!bytes) throw new MurmurationError('model.missing', `The file ${join(from, hash)} is missing.`);
      const found = bytes;
      await withFile(target, 'wx', async file => {
        await file.writeFile(found);
        await file.sync();
      });
    }
    if (contentHash(bytes) !== hash)
      throw new MurmurationError(
        'model.corrupt',
        `The bytes of ${join(from, hash)} don't match their hash; put the file of a backup in its place.`,
      );
    return bytes;
  });
}

/** Throws `storage.corrupt` if a backup has a link, a folder or a pipe in place of a file. */
async function ofRegular<Value>(path: string, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ELOOP' && code !== 'EISDIR') throw error;
    throw new MurmurationError(
      'storage.corrupt',
      `${path} is no regular file, and a backup has only those; take another backup.`,
    );
  }
}

async function complete(partial: string, database: string, folder: string): Promise<void> {
  await onDisk(`${database} can't be completed`, async () => {
    await withFile(partial, 'r+', file => file.sync());
    await rename(partial, database);
    await syncFolder(folder);
  });
}

/** Removes the files put into a folder that was empty. */
async function clear(folder: string): Promise<void> {
  for (const name of [`${layout.database}.partial`, layout.blobs, backupKeyFile, digestFile])
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
}
