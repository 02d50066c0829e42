import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import type { BlobStore } from '@murmuration/rounds/registry/ports';
import type { Redis } from 'ioredis';
import { expirySeconds, keys, maxBlobBytes } from './keys.ts';
import { setInParts } from './large-values.ts';

/** Blob that is being stored. */
interface Sent {
  readonly hash: string;
  /** Rejects if the blob could not be stored. Later requests on the same connection find it. */
  readonly kept: Promise<void>;
}

/** Blobs that are stored until they have been read. */
export interface ShortLivedBlobs extends Pick<BlobStore, 'get'> {
  send(bytes: Uint8Array): Sent;
  delete(hashes: readonly string[]): Promise<void>;
}

/**
 * Stores blobs in a Redis for an hour after they were last sent, unless they are deleted earlier. `get`
 * throws `model.missing` for one that is gone and `model.corrupt` for one that doesn't match its hash, and
 * `send` throws `request.too-large` above 256 MiB.
 */
export function redisBlobs(redis: Redis): ShortLivedBlobs {
  return {
    send(bytes) {
      if (bytes.length > maxBlobBytes)
        throw new MurmurationError(
          'request.too-large',
          `A model for workers has at most ${maxBlobBytes} bytes; this one has ${bytes.length}.`,
        );
      const hash = hex(native.sha256(bytes));
      return { hash, kept: setInParts(redis, keys.blob(hash), [bytes], expirySeconds) };
    },
    async get(hash) {
      const bytes = hashPattern.test(hash) ? await redis.getBuffer(keys.blob(hash)) : null;
      if (!bytes) throw new MurmurationError('model.missing', `The Redis no longer has the blob ${hash}.`);
      if (hex(native.sha256(bytes)) !== hash)
        throw new MurmurationError(
          'model.corrupt',
          `The bytes of the blob ${hash} in the Redis don't match their hash.`,
        );
      return bytes;
    },
    async delete(hashes) {
      await redis.unlink(...hashes.map(keys.blob));
    },
  };
}
