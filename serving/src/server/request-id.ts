import { createHash } from 'node:crypto';
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

/** An id as it is kept: bounded, and without what no attribute of an event may hold. */
export function keptId(named: string): string {
  if (named.length > longest) return createHash('sha256').update(named).digest('hex');
  if (plain.test(named)) return named;
  return named.replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '\u{fffd}');
}
