import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import type { Storage } from './storage.ts';

/** Forgets everything when the process ends; one client at a time takes part with it. */
export function memoryStorage(): Storage {
  const entries = new Map<string, readonly Uint8Array[]>();
  /** Those who wait for their turn, the first of them next. */
  const waiting = new Set<() => void>();
  let isClaimed = false;
  const release = () => {
    const [next] = waiting;
    isClaimed = next !== undefined;
    next?.();
  };
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
    async claim(signal, waits) {
      signal.throwIfAborted();
      if (isClaimed) {
        waits?.();
        signal.throwIfAborted();
        await new Promise<void>((resolve, reject) => {
          const stop = () => {
            waiting.delete(take);
            reject(signal.reason);
          };
          const take = () => {
            waiting.delete(take);
            signal.removeEventListener('abort', stop);
            resolve();
          };
          waiting.add(take);
          signal.addEventListener('abort', stop, { once: true });
        });
      }
      isClaimed = true;
      let isOver = false;
      return () => {
        if (!isOver) release();
        isOver = true;
      };
    },
  };
}
