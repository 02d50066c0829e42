import type { Storage } from './storage.ts';
import { textStorage } from './text-storage.ts';

/** Methods of `react-native-mmkv` that the SDK uses: version 4 has `remove` instead of `delete`. */
export type MmkvLike = {
  getString(key: string): string | undefined;
  set(key: string, value: string): void;
  getAllKeys(): string[];
} & ({ delete(key: string): unknown } | { remove(key: string): unknown });

/**
 * Stores entries in MMKV, under keys that begin with `name`; see `textStorage` for format and errors. An
 * instance with an `encryptionKey` encrypts them. An entry survives the end of the app at once, and a power
 * loss once the system has written it.
 */
export function mmkvStorage(store: MmkvLike, name?: string): Storage {
  return textStorage(
    {
      get: async key => store.getString(key),
      set: async (key, text) => store.set(key, text),
      async delete(keys) {
        for (const key of keys) {
          // MMKV's objects are native, and `in` may not see their properties.
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
