import type { AsyncStorageLike } from '@murmuration/client-sdk/storage/async-storage';

/** What a killed app's calls come to: nothing that follows is done. */
class Killed extends Error {}

/** Bytes that a row of SQLite may have for Android to read it; its texts have two a character. */
const longestRow = 2 * 1024 * 1024;

/** What outlives an app, as both libraries keep it: texts by key, each written whole. */
export class Disk {
  readonly texts = new Map<string, string>();
  /** Writes that are still done before the app is killed. */
  writes = Infinity;

  write(change: () => void): void {
    if (this.writes <= 0) throw new Killed();
    this.writes -= 1;
    change();
  }
}

/** AsyncStorage: strings, asynchronous, no transactions. */
export function asyncStorageOver(disk: Disk): AsyncStorageLike {
  const later = async () => void (await new Promise<void>(resolve => setImmediate(resolve)));
  const requireText = (...texts: unknown[]) => {
    for (const text of texts)
      if (typeof text !== 'string')
        throw new TypeError('[AsyncStorage] Passing something else than a string.');
  };
  return {
    async getItem(key) {
      requireText(key);
      await later();
      const text = disk.texts.get(key) ?? null;
      if (text && 2 * text.length > longestRow) throw new Error('Row too big to fit into CursorWindow');
      return text;
    },
    async setItem(key, value) {
      requireText(key, value);
      await later();
      disk.write(() => disk.texts.set(key, value));
    },
    async removeItem(key) {
      requireText(key);
      await later();
      disk.write(() => disk.texts.delete(key));
    },
    async getAllKeys() {
      await later();
      return [...disk.texts.keys()];
    },
  };
}

/** MMKV of versions 2 and 3 (`delete`), and of 4 (`remove`): synchronous. */
export function mmkvOver(disk: Disk, version: 3 | 4) {
  const remove = (key: string) => disk.write(() => disk.texts.delete(key));
  const store = {
    getString: (key: string) => disk.texts.get(key),
    set(key: string, value: string) {
      if (typeof value !== 'string') throw new TypeError('This double keeps strings only.');
      disk.write(() => disk.texts.set(key, value));
    },
    getAllKeys: () => [...disk.texts.keys()],
  };
  return version === 4 ? { ...store, remove } : { ...store, delete: remove };
}
