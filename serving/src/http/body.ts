import { promisify } from 'node:util';
import { deflate, gunzip, gzip, inflate, type ZlibOptions } from 'node:zlib';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';

type Pack = (bytes: Uint8Array, options: ZlibOptions) => Promise<Buffer>;

const unpacking: Readonly<Record<string, Pack>> = {
  gzip: promisify<Uint8Array, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<Uint8Array, ZlibOptions, Buffer>(inflate),
};
const packing: Readonly<Record<string, Pack>> = {
  gzip: promisify<Uint8Array, ZlibOptions, Buffer>(gzip),
  deflate: promisify<Uint8Array, ZlibOptions, Buffer>(deflate),
};
/** Bytes of an answer from which it is compressed for whoever takes that. */
const worthPacking = 4_096;
const empty = Buffer.alloc(0);

/**
 * The bytes of a request's body, unpacked: gzip and deflate. Throws `request.too-large` where that makes more than `most`, before it has made
 * more, and `request.unsupported` for another encoding.
 */
export async function bodyOf(request: FastifyRequest, most: number): Promise<Buffer> {
  const body = (request.body as Buffer | undefined) ?? empty;
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return body;
  const unpack = Object.hasOwn(unpacking, encoding) ? unpacking[encoding] : undefined;
  if (!unpack)
    throw new MurmurationError(
      'request.unsupported',
      `The body is encoded as ${encoding}; expected gzip, deflate or identity.`,
    );
  try {
    return await unpack(body, { maxOutputLength: most });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new MurmurationError(
        'request.too-large',
        `The body has more than ${most} bytes once it is unpacked.`,
      );
    throw new MurmurationError('inference.input', `The body is no ${encoding}: ${(cause as Error).message}.`);
  }
}

/** Sends an answer, compressed where it is long and the client takes that. */
export async function sendBody(
  request: FastifyRequest,
  reply: FastifyReply,
  body: string | Buffer,
): Promise<FastifyReply> {
  if (body.length < worthPacking) return reply.send(body);
  const encoding = chosenEncoding(request.headers['accept-encoding']);
  if (!encoding) return reply.send(body);
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const packed = await (packing[encoding] as Pack)(bytes, { level: 1 });
  return reply.header('content-encoding', encoding).header('vary', 'accept-encoding').send(packed);
}

/** Of those that a client takes, gzip first; what it gives the quality 0 it does not take (RFC 9110, §12.5.3). */
function chosenEncoding(accepted: string | string[] | undefined): string | undefined {
  if (typeof accepted !== 'string') return undefined;
  const taken = accepted
    .toLowerCase()
    .split(',')
    .map(part => part.trim().split(/\s*;\s*/))
    .filter(([, quality]) => !/^q=0(?:\.0*)?$/.test(quality ?? ''))
    .map(([name]) => name);
  return ['gzip', 'deflate'].find(name => taken.includes(name));
}
