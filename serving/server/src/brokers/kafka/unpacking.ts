import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { unpackLz4 } from './lz4.ts';
import { unpackSnappy } from './snappy.ts';
import { damaged, tooLong } from './unpacked.ts';

/** Unpacks bytes. Throws where they are damaged, or are more than `most` unpacked. */
type Codec = (packed: Buffer, most: number) => Buffer | Promise<Buffer>;

/** By their numbers in Kafka's protocol. */
const codecs: Readonly<Record<number, Codec>> = {
  1: (packed, most) => promisify(gunzip)(packed, { maxOutputLength: most }),
  2: unpackSnappy,
  3: unpackLz4,
  4: unpackZstd,
};

/** Unpacks what a codec of Kafka packed. Throws `inference.input` where it is damaged or empty, and `request.too-large` where it is more than `most`. */
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
  // Loaded where it is needed: Node's own comes with 22.15.
  const { ZSTDDecoder } = await import('zstddec');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const { buffer, byteOffset, byteLength } = decoder.decode(packed, most);
  // It gives nothing back for whatever goes wrong.
  if (byteLength === 0)
    throw new MurmurationError('inference.input', `their bytes are damaged, or more than ${most} unpacked.`);
  return Buffer.from(buffer, byteOffset, byteLength);
}
