import { concatBytes } from '@murmuration/protocol/bytes';
import type { Storage } from './storage.ts';

/** Forgets everything when the process ends. */
export function memoryStorage(): Storage {
  const entries = new Map<string, readonly Uint8Array[]>();
  return {
    async get(name) {
      const parts = entries.get(name);
      return parts && concatBytes(...parts);
    },
    async put(name, bytes) {
      entries.set(name, [bytes.slice()]);
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
  };
}
