import { createHash } from 'node:crypto';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { InferRequest } from './request.ts';

/** Maximum characters of an id that is kept unchanged. */
const maxIdLength = 256;
/** Characters of nearly every id. */
const plain = /^[ -~]*$/;
/** Header with the id of a request whose body has none. */
export const idHeader = 'x-request-id';

/**
 * Returns the id from the client or the door, or the hash of one that is too long; undefined if there is
 * none.
 */
export function namedId({ id, headers }: Pick<InferRequest, 'id' | 'headers'>): string | undefined {
  const header = headers?.[idHeader];
  const named = id ?? (typeof header === 'string' ? header : undefined);
  return named === undefined || named === '' ? undefined : keptId(named);
}

/** Random bytes of an id, and ids drawn at a time: a draw takes longer than all the rest. */
const idBytes = 16;
const drawn = 256;

/** Makes unguessable ids for requests without one. */
export function requestIds(random: RandomBytes): () => string {
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at === bytes.length) {
      const made = random(drawn * idBytes);
      bytes = Buffer.from(made.buffer, made.byteOffset, made.length);
      at = 0;
    }
    at += idBytes;
    return bytes.toString('hex', at - idBytes, at);
  };
}

/** Returns an id as it is kept: bounded, and without characters that event attributes may not have. */
export function keptId(named: string): string {
  if (named.length > maxIdLength) return createHash('sha256').update(named).digest('hex');
  if (plain.test(named)) return named;
  return named.replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '\u{fffd}');
}
