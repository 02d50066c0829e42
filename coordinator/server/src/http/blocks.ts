import { Readable } from 'node:stream';
import type { StoredBytes } from '@murmuration/rounds/registry/stored-bytes';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Answers with these bytes, or with those from `start` up to `end`: block by block, the next one once the connection has taken the one
 * before it, so that a reader that is slow, or reads nothing, keeps no more than two of them.
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
