import type { Storage } from './storage.ts';
import { textStorage } from './text-storage.ts';

/** What the SDK uses of an instance of `react-native-mmkv`, or of anything that has the same: version 4 says `remove` for `delete`. */
export type MmkvLike = {
  getString(key: string): string | undefined;
  set(key: string, value: string): void;
  getAllKeys(): string[];
} & ({ delete(key: string): unknown } | { remove(key: string): unknown });

/**
 * Entries in MMKV, under keys that begin with `name`; see `textStorage` for what it keeps and throws. An instance with an `encryptionKey` keeps
 * them encrypted. What was put outlives the app at once, and a phone that loses its power from the moment at which the system has written it.
 */
export function mmkvStorage(store: MmkvLike, name?: string): Storage {
  return textStorage(
    {
      get: async key => store.getString(key),
      set: async (key, text) => store.set(key, text),
      async delete(keys) {
        for (const key of keys) {
          // Its objects are the engine's own, whose properties `in` may not see.
          if (typeof (store as { remove?: unknown }).remove === 'function')
            (store as { remove(key: string): unknown }).remove(key);
          else (store as { delete(key: string): unknown }).delete(key);
        }
      },
      keys: async () => store.getAllKeys(),
    },
    name,
  );
}
