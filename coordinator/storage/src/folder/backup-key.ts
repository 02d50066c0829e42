import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { ifThere, onDisk, readIfThere, withFile, writeWhole } from '../files/durable-file.ts';

/** The file of a storage folder that has the key of its backups, which have no copy of it. */
export const backupKeyFile = 'backup.key';
/** The file of a backup that has its digest. */
export const digestFile = 'backup.digest';
const keyPattern = /^[0-9a-f]{64}$/;

/** The key of the backups of a storage folder, which is made where there is none. Throws `storage.*`, and as `readKey`. */
export async function keyOf(folder: string, random: RandomBytes = systemRandom): Promise<Uint8Array> {
  const path = join(folder, backupKeyFile);
  const known = await readKey(path);
  if (known) return known;
  const key = random(32);
  await putKey(folder, key);
  return key;
}

/** Gives a storage folder the key of the backups that it goes on with. Throws `storage.*`. */
export async function putKey(folder: string, key: Uint8Array): Promise<void> {
  const path = join(folder, backupKeyFile);
  const text = Buffer.from(`${Buffer.from(key).toString('hex')}\n`);
  await onDisk(`${path} can't be written`, () => writeWhole(path, `${path}.tmp`, text));
}

/** The key in a file; undefined where there is none. Throws `config.invalid` for what is no key. */
export async function readKey(path: string): Promise<Uint8Array | undefined> {
  // What is mounted as a secret is a link.
  const bytes = await onDisk(`${path} can't be read`, () => ifThere(readFile(path)));
  if (!bytes) return undefined;
  const text = bytes.toString('latin1').trim();
  if (keyPattern.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
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

/** Throws `storage.corrupt` where the database at `path`, which was copied from a backup, is not what was signed there with this key. */
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

/** HMAC-SHA256 of the file's SHA-256: models are in the backup by their own. */
async function digestOf(path: string, key: Uint8Array): Promise<Buffer> {
  const hash = createHash('sha256');
  await withFile(path, constants.O_RDONLY, async file => {
    for await (const part of file.createReadStream({ autoClose: false })) hash.update(part as Buffer);
  });
  return createHmac('sha256', key).update('murmuration/backup ').update(hash.digest()).digest();
}
