import { Readable } from 'node:stream';
import type { StoredBytes } from '@murmuration/rounds/registry/stored-bytes';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Sends these bytes, or those from `start` up to `end`, block by block. Each block waits until the connection
 * has taken the previous one, so a slow or stalled reader occupies at most two.
 */
export function sendBlocks(
  request: FastifyRequest,
  reply: FastifyReply,
  bytes: StoredBytes,
  [start, end]: readonly [number, number] = [0, bytes.length],
): FastifyReply {
  reply.header('content-length', end - start);
  const blocks = request.method === 'HEAD' ? [] : bytes.read(start, end);
  return reply.send(Readable.from(blocks, { objectMode: false, highWaterMark: 1 }));
}
