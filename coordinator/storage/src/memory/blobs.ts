import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { contentHash } from '@murmuration/rounds/registry/content-hash';
import type { BlobStore } from '@murmuration/rounds/registry/ports';
import { wholeBytes } from '@murmuration/rounds/registry/stored-bytes';

/** Keeps blobs in memory, until the process ends. */
export function memoryBlobs(clock: Clock = systemClock): BlobStore {
  const blobs = new Map<string, { readonly bytes: Uint8Array; readonly putAt: number }>();
  const find = (hash: string): Uint8Array => {
    const blob = blobs.get(hash);
    if (!blob) throw new MurmurationError('model.missing');
    return blob.bytes;
  };
  return {
    async put(bytes) {
      const hash = contentHash(bytes);
      blobs.set(hash, { bytes: blobs.get(hash)?.bytes ?? new Uint8Array(bytes), putAt: clock.now() });
      return hash;
    },
    async get(hash) {
      return find(hash);
    },
    async open(hash) {
      return wholeBytes(find(hash));
    },
    async sweep(named, before) {
      const old = [...blobs].filter(([hash, { putAt }]) => !named.has(hash) && putAt < before);
      for (const [hash] of old) blobs.delete(hash);
      return old.map(([hash]) => hash);
    },
  };
}
