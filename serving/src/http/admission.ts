import type { FastifyRequest } from 'fastify';
import type { Access, Right } from '../access/access.ts';
import { isForeign } from '../access/foreign.ts';
import { isLoopback } from '../access/loopback.ts';

/** Lets requests in as `access` says, where the app listens on `listening`. */
export function admitBy(access: Access, listening: string): (request: FastifyRequest, right: Right) => void {
  const isLocal = isLoopback(listening);
  return ({ headers }, right) => {
    const { authorization, host } = headers;
    access.admit({ authorization, host, isForeign: isForeign(headers), isLocal }, right);
  };
}
