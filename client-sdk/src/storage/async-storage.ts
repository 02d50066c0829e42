import type { Storage } from './storage.ts';
import { textStorage } from './text-storage.ts';

/** Methods of `@react-native-async-storage/async-storage` that the SDK uses. */
export interface AsyncStorageLike {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
  getAllKeys(): Promise<readonly string[]>;
}

/**
 * Stores entries in React Native's AsyncStorage, under keys that begin with `name`; see `textStorage` for
 * format and errors. On Android it holds 6 MB unless the app raises that (`AsyncStorage_db_size_in_MB` in its
 * `gradle.properties`): an entry takes a third more than its bytes, and twice that while it is replaced.
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
