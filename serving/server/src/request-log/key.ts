import { createHmac } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { hex, utf8 } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/**
 * Secret of a log. It is stored beside the log and not in it, so a copy of the log does not reveal persons.
 */
export interface LogKey {
  /** Returns the pseudonym of a person in the log, which can't be resolved without the secret. */
  person(name: string): string;
  /** Key of a keyed chain, 32 bytes. */
  readonly chain: Uint8Array;
}

/** Returns the default path of the key of a log in a folder. */
export function keyBeside(folder: string): string {
  return `${resolve(folder)}.key`;
}

/** Reads the secret of a log from its file, 64 hexadecimal digits. Throws `config.invalid`. */
export async function readKey(path: string): Promise<LogKey> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The key of the log, ${path}, can't be read: ${(cause as Error).message}.`,
      { cause },
    );
  }
  const digits = text.trim();
  if (!/^[0-9a-f]{64}$/.test(digits))
    throw new MurmurationError(
      'config.invalid',
      `The key of the log, ${path}, is damaged: expected 64 hexadecimal digits. Restore it from a copy.`,
    );
  return logKey(Buffer.from(digits, 'hex'));
}

/**
 * Reads the secret of a log, and makes the file if it is missing, readable only by its owner. Throws
 * `config.invalid`.
 */
export async function openKey(path: string, random: RandomBytes): Promise<LogKey> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${hex(random(32))}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new MurmurationError(
        'config.invalid',
        `The key of the log, ${path}, can't be made: ${(cause as Error).message}.`,
        { cause },
      );
  }
  return readKey(path);
}

/** Derives the keys of a log from 32 secret bytes. */
export function logKey(secret: Uint8Array): LogKey {
  const person = native.hkdf(secret, utf8('murmuration request log: person'), 32);
  return {
    person: name => createHmac('sha256', person).update(name).digest('hex'),
    chain: native.hkdf(secret, utf8('murmuration request log: chain'), 32),
  };
}
