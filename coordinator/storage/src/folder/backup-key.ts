import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { ifThere, onDisk, readIfThere, withFile, writeWhole } from '../files/durable-file.ts';

/** Name of the file in a storage folder with the key of its backups; backups have no copy of it. */
export const backupKeyFile = 'backup.key';
/** Name of the file in a backup with its digest. */
export const digestFile = 'backup.digest';
const backupKeyPattern = /^[0-9a-f]{64}$/;

/**
 * Returns the key of a storage folder's backups; creates one if there is none. Throws `storage.*`, and as
 * `readKey`.
 */
export async function keyOf(folder: string, random: RandomBytes = systemRandom): Promise<Uint8Array> {
  const path = join(folder, backupKeyFile);
  const known = await readKey(path);
  if (known) return known;
  const key = random(32);
  await putKey(folder, key);
  return key;
}

/** Stores the key with which a storage folder continues its backups. Throws `storage.*`. */
export async function putKey(folder: string, key: Uint8Array): Promise<void> {
  const path = join(folder, backupKeyFile);
  const text = Buffer.from(`${Buffer.from(key).toString('hex')}\n`);
  await onDisk(`${path} can't be written`, () => writeWhole(path, `${path}.tmp`, text));
}

/** Reads the key in a file; undefined if there is no file. Throws `config.invalid` for an invalid key. */
export async function readKey(path: string): Promise<Uint8Array | undefined> {
  // Follows links, since a mounted secret is one.
  const bytes = await onDisk(`${path} can't be read`, () => ifThere(readFile(path)));
  if (!bytes) return undefined;
  const text = bytes.toString('latin1').trim();
  if (backupKeyPattern.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  throw new MurmurationError(
    'config.invalid',
    `${path} is no key of backups; expected 64 hexadecimal digits.`,
  );
}

/** Writes the keyed digest of the database at `path` into a backup. Throws `storage.*`. */
export async function sign(backup: string, path: string, key: Uint8Array): Promise<void> {
  const digest = await digestOf(path, key);
  const to = join(backup, digestFile);
  await onDisk(`${to} can't be written`, () =>
    writeWhole(to, `${to}.tmp`, Buffer.from(`${digest.toString('hex')}\n`)),
  );
}

/**
 * Throws `storage.corrupt` if the database at `path`, copied from a backup, differs from the one signed
 * there with this key.
 */
export async function requireSigned(backup: string, path: string, key: Uint8Array): Promise<void> {
  const from = join(backup, digestFile);
  const bytes = await onDisk(`${from} can't be read`, () => readIfThere(from));
  const said = Buffer.from(
    Buffer.from(bytes ?? [])
      .toString('latin1')
      .trim(),
    'hex',
  );
  const expected = await digestOf(path, key);
  if (said.length === expected.length && timingSafeEqual(said, expected)) return;
  throw new MurmurationError(
    'storage.corrupt',
    bytes
      ? 'The backup was changed since it was made, or was made with another key; take another backup, or the key of this one.'
      : `The backup has no ${digestFile}: it was changed, or is older than those; take another backup.`,
  );
}

/** Returns the HMAC-SHA256 of the file's SHA-256; models in the backup have their own hashes. */
async function digestOf(path: string, key: Uint8Array): Promise<Buffer> {
  const hash = createHash('sha256');
  await withFile(path, constants.O_RDONLY, async file => {
    for await (const part of file.createReadStream({ autoClose: false })) hash.update(part as Buffer);
  });
  return createHmac('sha256', key).update('murmuration/backup ').update(hash.digest()).digest();
}
