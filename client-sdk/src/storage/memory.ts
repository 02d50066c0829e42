import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { ClaimQueue } from './claim-queue.ts';
import type { Storage } from './storage.ts';

/** Stores entries in memory until the process ends; one client at a time takes part with it. */
export function memoryStorage(): Storage {
  const entries = new Map<string, readonly Uint8Array[]>();
  const claims = new ClaimQueue();
  return {
    async get(name) {
      const parts = entries.get(name);
      return parts && concatBytes(...parts);
    },
    async put(name, bytes) {
      entries.set(name, [new Uint8Array(bytes)]);
    },
    async putParts(name, parts) {
      entries.set(name, parts);
    },
    async delete(name) {
      entries.delete(name);
    },
    async clear(except) {
      for (const name of entries.keys()) if (!except.includes(name)) entries.delete(name);
    },
    claim: (signal, waits) => claims.claim(signal, waits),
  };
}
