import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { BodyShare } from '../server/body-budget.ts';

/** Bytes that are handed to a connection at once, and from which an answer is long. */
export const blockLength = 65_536;

/**
 * Long answers of a scope leave in blocks, the next one once the connection has taken the one before it, and count as bodies until they have
 * left: who asks for many and does not read leaves no room for further requests, in place of none for the process.
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
