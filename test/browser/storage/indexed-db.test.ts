import { indexedDbStorage } from '@murmuration/client-sdk/storage/indexed-db';
import { storageContract } from '@murmuration/client-sdk/testing/storage';
import { deleteDB, openDB } from 'idb';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const name = 'contract';
const databaseName = `murmuration.${name}`;

storageContract('in IndexedDB', {
  open: () => indexedDbStorage(name),
  empty: () => indexedDbStorage(name).clear([]),
  durable: true,
});

describe('the storage of a device in IndexedDB', () => {
  beforeEach(() => deleteDB(databaseName));

  it('stores the bytes of a view, not the buffer behind it', async () => {
    const storage = indexedDbStorage(name);
    await storage.put('a', new Uint8Array(1_000_000).subarray(5, 8));
    expect((await storage.get('a'))!.buffer.byteLength).toBe(3);
  });

  it('keeps the databases of different names apart', async () => {
    await indexedDbStorage(name).put('a', Uint8Array.of(1));
    expect(await indexedDbStorage('other').get('a')).toBeUndefined();
  });

  it('says so where a newer SDK has written it, and is there again once that is gone', async () => {
    const storage = indexedDbStorage(name);
    await storage.put('a', Uint8Array.of(1));
    // The connection at hand gives way to the newer version.
    const newer = await openDB(databaseName, 9);
    await expect(storage.get('a')).rejects.toMatchObject({ code: 'storage.newer' });
    await expect(storage.put('a', Uint8Array.of(2))).rejects.toMatchObject({ code: 'storage.newer' });
    expect([...(await newer.get('entries', 'a'))]).toEqual([1]);
    newer.close();
    await deleteDB(databaseName);
    await storage.put('a', Uint8Array.of(3));
    expect([...(await storage.get('a'))!]).toEqual([3]);
  });

  it('goes on where another tab has deleted it meanwhile', async () => {
    const storage = indexedDbStorage(name);
    await storage.put('a', Uint8Array.of(1));
    await deleteDB(databaseName);
    expect(await storage.get('a')).toBeUndefined();
    await storage.put('a', Uint8Array.of(2));
    expect([...(await storage.get('a'))!]).toEqual([2]);
  });

  it('tells another tab of the entries that change, and nobody of their own', async () => {
    const [one, other] = [indexedDbStorage(name), indexedDbStorage(name)];
    const heard: string[] = [];
    const told = new Promise<void>(resolve => {
      const stop = other.watch!('consent', () => {
        heard.push('by the other');
        stop();
        resolve();
      });
    });
    const unwatch = one.watch!('consent', () => heard.push('by itself'));
    await one.put('device', Uint8Array.of(1));
    await one.put('consent', Uint8Array.of(0));
    await told;
    expect(heard).toEqual(['by the other']);
    unwatch();
  });

  it('says once that an entry was damaged, and goes on without it', async () => {
    const storage = indexedDbStorage(name);
    await storage.put('identity', Uint8Array.of(1));
    await storage.put('other', Uint8Array.of(2));
    const database = await openDB(databaseName, 1);
    await database.put('entries', { no: 'bytes' }, 'identity');
    database.close();
    await expect(storage.get('identity')).rejects.toMatchObject({
      code: 'storage.corrupt',
      detail: expect.stringContaining('identity'),
    });
    expect(await storage.get('identity')).toBeUndefined();
    expect([...(await storage.get('other'))!]).toEqual([2]);
  });

  it('says what is missing in a browser that has none', async () => {
    const missing = vi.spyOn(globalThis, 'indexedDB', 'get').mockReturnValue(undefined as never);
    try {
      await expect(indexedDbStorage(name).get('a')).rejects.toMatchObject({
        code: 'storage.failed',
        detail: expect.stringContaining('no IndexedDB'),
      });
    } finally {
      missing.mockRestore();
    }
  });

  it('makes its table where a database of its name has none', async () => {
    (await openDB(databaseName, 1)).close();
    const storage = indexedDbStorage(name);
    await storage.put('a', Uint8Array.of(1));
    expect([...(await storage.get('a'))!]).toEqual([1]);
  });

  it('erases one that cannot be opened, and makes it anew', async () => {
    const opens = indexedDB.open.bind(indexedDB);
    const storage = indexedDbStorage(name);
    await storage.put('a', Uint8Array.of(1));
    await deleteDB(databaseName);
    // What Chromium answers where its files are damaged.
    IDBFactory.prototype.open = () => {
      throw new DOMException('Internal error opening backing store.', 'UnknownError');
    };
    try {
      await expect(storage.get('a')).rejects.toMatchObject({ code: 'storage.failed' });
      IDBFactory.prototype.deleteDatabase = new Proxy(IDBFactory.prototype.deleteDatabase, {
        apply(target, self, [database]) {
          IDBFactory.prototype.open = opens;
          return Reflect.apply(target, self, [database]);
        },
      });
      await storage.clear([]);
    } finally {
      IDBFactory.prototype.open = opens;
    }
    await storage.put('a', Uint8Array.of(2));
    expect([...(await storage.get('a'))!]).toEqual([2]);
  });

  it('waits while another tab that wants it deleted is in the way', async () => {
    const holder = await openDB(databaseName, 1, {
      upgrade: database => void database.createObjectStore('entries'),
    });
    const deleting = deleteDB(databaseName);
    const storage = indexedDbStorage(name);
    const reading = storage.get('a');
    holder.close();
    await deleting;
    expect(await reading).toBeUndefined();
  });
});

describe('the claim of a storage', () => {
  it('belongs to one at a time, and passes on when it is given up', async () => {
    const { signal } = new AbortController();
    const first = await indexedDbStorage(name).claim!(signal);
    const order: string[] = [];
    const second = indexedDbStorage(name).claim!(signal).then(release => {
      order.push('second');
      release();
    });
    const other = await indexedDbStorage('other').claim!(signal);
    other();
    order.push('first ends');
    first();
    await second;
    expect(order).toEqual(['first ends', 'second']);
  });

  it('is no longer waited for once the signal is aborted', async () => {
    const release = await indexedDbStorage(name).claim!(new AbortController().signal);
    const stop = new AbortController();
    const waiting = indexedDbStorage(name).claim!(stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    release();
  });
});
