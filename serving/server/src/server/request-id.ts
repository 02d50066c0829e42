import { createHash } from 'node:crypto';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { InferRequest } from './request.ts';

/** The longest id that is kept as it is, characters. */
const longest = 256;
/** What nearly every id is made of. */
const plain = /^[ -~]*$/;
/** The header that names a request whose body does not. */
export const idHeader = 'x-request-id';

/** As the client, or the door that it came in by, named a request; one that is too long by its hash. undefined: nobody did. */
export function namedId({ id, headers }: Pick<InferRequest, 'id' | 'headers'>): string | undefined {
  const header = headers?.[idHeader];
  const named = id ?? (typeof header === 'string' ? header : undefined);
  return named === undefined || named === '' ? undefined : keptId(named);
}

/** Random bytes of an id, and ids that are drawn at a time: a draw takes longer than all else of naming a request. */
const idBytes = 16;
const drawn = 256;

/** Ids for requests without one, which nobody can guess. */
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

/** An id as it is kept: bounded, and without what no attribute of an event may hold. */
export function keptId(named: string): string {
  if (named.length > longest) return createHash('sha256').update(named).digest('hex');
  if (plain.test(named)) return named;
  return named.replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '\u{fffd}');
}
