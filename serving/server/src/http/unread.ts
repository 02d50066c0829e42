import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { BodyShare } from '../server/body-budget.ts';

/**
 * Bytes of a block that is handed to a connection at once; also the length from which an answer is sent in
 * blocks.
 */
export const blockLength = 65_536;

/**
 * Sends long answers of a scope in blocks, each once the connection has taken the one before, and counts them
 * as bodies until they are sent. A client that requests many answers without reading them only uses up room
 * for requests, not the memory of the process.
 */
export function countUnread(scope: FastifyInstance, shareOf: (request: FastifyRequest) => BodyShare): void {
  scope.addHook('onSend', (request, reply, payload, done) => {
    if ((typeof payload !== 'string' && !Buffer.isBuffer(payload)) || payload.length < blockLength) {
      done(null, payload);
      return;
    }
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
    const share = shareOf(request);
    share.add(bytes.length);
    reply.raw.once('close', () => share.giveBack());
    reply.header('content-length', bytes.length);
    done(null, Readable.from(blocksOf(bytes), { objectMode: false, highWaterMark: 1 }));
  });
}

function* blocksOf(bytes: Buffer): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += blockLength) yield bytes.subarray(at, at + blockLength);
}
