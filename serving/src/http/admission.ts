import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Access, Right } from '../access/access.ts';
import { isLoopback } from '../access/loopback.ts';

/** Lets requests in as `access` says. */
export function admitBy(access: Access): (request: FastifyRequest, right: Right) => void {
  return ({ headers }, right) => {
    const { authorization, host } = headers;
    access.admit({ authorization, host, isForeign: isForeign(headers) }, right);
  };
}

function isForeign(headers: IncomingHttpHeaders): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return true;
  const { origin } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || !isLoopback(new URL(origin).hostname.replace(/^\[|\]$/g, ''));
}
