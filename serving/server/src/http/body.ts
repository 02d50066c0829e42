import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { createGunzip, createInflate, deflate, gzip, type ZlibOptions } from 'node:zlib';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Arrivals } from '../server/arrivals.ts';
import type { BodyShare } from '../server/body-budget.ts';

type Pack = (bytes: Uint8Array, options: ZlibOptions) => Promise<Buffer>;

const unpacking: Readonly<Record<string, () => ReturnType<typeof createGunzip>>> = {
  gzip: createGunzip,
  deflate: createInflate,
};
const packing: Readonly<Record<string, Pack>> = {
  gzip: promisify<Uint8Array, ZlibOptions, Buffer>(gzip),
  deflate: promisify<Uint8Array, ZlibOptions, Buffer>(deflate),
};
/** Minimum bytes of an answer that is compressed, if the client accepts that. */
const worthPacking = 4_096;
/** Maximum bytes of a body without tensors. */
export const maxSmallBodyBytes = 65_536;
const empty = Buffer.alloc(0);

/** Returns a request's body, unpacked. */
export function bodyOf({ body }: FastifyRequest): Buffer {
  return (body as Buffer | undefined) ?? empty;
}

export interface Receipt {
  /** Maximum bytes of the body, both as received and unpacked. */
  readonly most: number;
  /** Budget that the bytes count against. */
  readonly share: BodyShare;
  readonly arrivals: Arrivals;
}

/**
 * Receives a body, and unpacks gzip and deflate. Calls `done` with the body, or with `request.too-large`,
 * `request.too-slow`, `prediction.too-many` or `inference.input` before more is kept than there is room for,
 * or with `request.unsupported` for another encoding.
 */
export function receive(
  payload: IncomingMessage,
  { most, share, arrivals }: Receipt,
  done: (error: Error | null, body?: Buffer) => void,
): void {
  const { headers } = payload;
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  const unpacker = Object.hasOwn(unpacking, encoding) ? unpacking[encoding]?.() : undefined;
  const parts: Buffer[] = [];
  let [came, length] = [0, 0];
  let isOver = false;
  const end = (error: Error | null) => {
    if (isOver) return;
    isOver = true;
    arrived();
    unpacker?.destroy();
    payload.off('data', take);
    // From now on, only the unpacked bytes count.
    if (unpacker) share.add(-came);
    if (error) done(error);
    else done(null, parts.length === 1 ? parts[0] : Buffer.concat(parts, length));
  };
  const count = (bytes: number, all: number, how: string) => {
    if (all > most)
      throw new MurmurationError('request.too-large', `The body has more than ${most} bytes${how}.`);
    share.take(bytes);
  };
  /** Wraps `work` so that an error ends the body. */
  const trying = (work: (bytes: Buffer) => void) => (bytes: Buffer) => {
    if (isOver) return;
    try {
      work(bytes);
    } catch (error) {
      end(error as Error);
    }
  };
  const keep = (bytes: Buffer) => {
    length += bytes.length;
    parts.push(bytes);
  };
  const take = trying(bytes => {
    count(bytes.length, came + bytes.length, '');
    came += bytes.length;
    if (unpacker) unpacker.write(bytes);
    else keep(bytes);
  });
  share.arrives(end);
  const all = arrivals.begin(() => came, end);
  const arrived = () => {
    all();
    share.arrived();
  };
  if (!unpacker && encoding !== 'identity') {
    const detail = `The body is encoded as ${encoding}; expected gzip, deflate or identity.`;
    end(new MurmurationError('request.unsupported', detail));
    return;
  }
  trying(() => count(0, Number(headers['content-length'] ?? 0), ''))(empty);
  unpacker
    ?.on(
      'data',
      trying(bytes => {
        count(bytes.length, length + bytes.length, ' once it is unpacked');
        keep(bytes);
      }),
    )
    .on('end', () => end(null))
    .on('error', cause =>
      end(new MurmurationError('inference.input', `The body is no ${encoding}: ${messageOf(cause)}.`)),
    );
  payload
    .on('data', take)
    .on('end', () => {
      arrived();
      if (unpacker) unpacker.end();
      else end(null);
    })
    .on('error', end);
}

/** Sends an answer, compressed if it is long and the client accepts that. */
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

/**
 * Returns the encoding that a client accepts, gzip first; one with quality 0 is not accepted (RFC 9110,
 * §12.5.3).
 */
function chosenEncoding(accepted: string | string[] | undefined): string | undefined {
  if (typeof accepted !== 'string') return undefined;
  const taken = accepted
    .toLowerCase()
    .split(',')
    .map(part => part.split(';').map(word => word.trim()))
    .filter(([, quality]) => !/^q=0(?:\.0*)?$/.test(quality ?? ''))
    .map(([name]) => name);
  return ['gzip', 'deflate'].find(name => taken.includes(name));
}
