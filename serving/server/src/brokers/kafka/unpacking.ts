import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { unpackLz4 } from './lz4.ts';
import { unpackSnappy } from './snappy.ts';
import { damaged, tooLong } from './unpacked.ts';

/** Unpacks bytes. Throws if they are damaged, or exceed `most` bytes unpacked. */
type Codec = (packed: Buffer, most: number) => Buffer | Promise<Buffer>;

/** Codecs by their number in Kafka's protocol. */
const codecs: Readonly<Record<number, Codec>> = {
  1: (packed, most) => promisify(gunzip)(packed, { maxOutputLength: most }),
  2: unpackSnappy,
  3: unpackLz4,
  4: unpackZstd,
};

/**
 * Unpacks bytes of a codec of Kafka. Throws `inference.input` if they are damaged or empty or the codec is
 * unknown, and `request.too-large` if they exceed `most` bytes.
 */
export async function unpack(codec: number, packed: Buffer, most: number): Promise<Buffer> {
  const unpackIt = codecs[codec];
  if (!unpackIt) throw new MurmurationError('inference.input', `their codec, ${codec}, is not known.`);
  try {
    const bytes = await unpackIt(packed, most);
    if (bytes.length === 0) throw damaged();
    return bytes;
  } catch (error) {
    if (error instanceof MurmurationError) throw error;
    throw (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? tooLong(most) : damaged();
  }
}

async function unpackZstd(packed: Buffer, most: number): Promise<Buffer> {
  // Loaded on first use; Node has its own only from 22.15.
  const { ZSTDDecoder } = await import('zstddec');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const { buffer, byteOffset, byteLength } = decoder.decode(packed, most);
  // The decoder returns no bytes for any error.
  if (byteLength === 0)
    throw new MurmurationError('inference.input', `their bytes are damaged, or more than ${most} unpacked.`);
  return Buffer.from(buffer, byteOffset, byteLength);
}
