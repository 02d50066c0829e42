import type { Storage } from './storage.ts';
import { textStorage } from './text-storage.ts';

/** What the SDK uses of `@react-native-async-storage/async-storage`, or of anything that has the same. */
export interface AsyncStorageLike {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
  getAllKeys(): Promise<readonly string[]>;
}

/**
 * Entries in React Native's AsyncStorage, under keys that begin with `name`; see `textStorage` for what it keeps and throws. On Android it
 * holds 6 MB unless the app says more (`AsyncStorage_db_size_in_MB` in its `gradle.properties`): an entry takes a third more than its bytes, and
 * while it is replaced twice that.
 */
export function asyncStorage(store: AsyncStorageLike, name?: string): Storage {
  return textStorage(
    {
      get: key => store.getItem(key),
      set: (key, text) => store.setItem(key, text),
      async delete(keys) {
        for (const key of keys) await store.removeItem(key);
      },
      keys: () => store.getAllKeys(),
    },
    name,
  );
}
