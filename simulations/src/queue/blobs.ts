import type { BlobStore } from '@murmuration/coordinator/registry/ports';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import type { Redis } from 'ioredis';
import { keptFor, keys, mostBytes } from './keys.ts';

/** Blobs that are there until they were read. */
export interface ShortLivedBlobs extends Pick<BlobStore, 'put' | 'get'> {
  delete(hashes: readonly string[]): Promise<void>;
}

/**
 * Blobs in a Redis, an hour each since they were last put, unless they are deleted before. `get` throws
 * `model.missing` for one that is gone, and `put` `request.too-large` above 256 MiB.
 */
export function redisBlobs(redis: Redis): ShortLivedBlobs {
  return {
    async put(bytes) {
      if (bytes.length > mostBytes)
        throw new MurmurationError(
          'request.too-large',
          `A model for workers has at most ${mostBytes} bytes; this one has ${bytes.length}.`,
        );
      const hash = hex(native.sha256(bytes));
      // One that is there already is kept for another hour.
      if ((await redis.expire(keys.blob(hash), keptFor)) === 0)
        await redis.set(keys.blob(hash), Buffer.from(bytes), 'EX', keptFor);
      return hash;
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
