import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';

/** A storage in memory, and the names of all that is in it. */
export function namedStorage(): { readonly storage: Storage; readonly names: ReadonlySet<string> } {
  const inner = memoryStorage();
  const names = new Set<string>();
  const storage: Storage = {
    ...inner,
    async put(name, bytes) {
      names.add(name);
      await inner.put(name, bytes);
    },
    async putParts(name, parts) {
      names.add(name);
      await inner.putParts!(name, parts);
    },
    async delete(name) {
      names.delete(name);
      await inner.delete(name);
    },
  };
  return { storage, names };
}
