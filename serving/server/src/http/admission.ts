import type { FastifyRequest } from 'fastify';
import type { Access, Right } from '../access/access.ts';
import { isForeign } from '../access/foreign.ts';
import type { Holder } from '../access/holder.ts';
import { isLoopback } from '../access/loopback.ts';

/** Returns a function that admits requests with `access`; `listening` is the app's host. */
export function admitBy(
  access: Access,
  listening: string,
): (request: FastifyRequest, ...rights: readonly Right[]) => Holder {
  const isLocal = isLoopback(listening);
  return ({ headers }, ...rights) => {
    const { authorization, host } = headers;
    return access.admit({ authorization, host, isForeign: isForeign(headers), isLocal }, ...rights);
  };
}
