import { createHash } from 'node:crypto';
import { asyncStorage } from '@murmuration/client-sdk/storage/async-storage';
import { fromBase64, toBase64 } from '@murmuration/client-sdk/storage/base64';
import { mmkvStorage } from '@murmuration/client-sdk/storage/mmkv';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { storageContract } from '@murmuration/client-sdk/testing/storage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asyncStorageOver, Disk, mmkvOver } from '../../../react-native/stores.ts';

const kinds: [name: string, open: (disk: Disk, name: string) => Storage][] = [
  ['AsyncStorage', (disk, name) => asyncStorage(asyncStorageOver(disk), name)],
  ['MMKV 3', (disk, name) => mmkvStorage(mmkvOver(disk, 3), name)],
  ['MMKV 4', (disk, name) => mmkvStorage(mmkvOver(disk, 4), name)],
];

/** Compared in the place of large entries. */
const digest = (bytes: Uint8Array | undefined) => bytes && createHash('sha256').update(bytes).digest('hex');
const bytesOf = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255);
/** One that stands in its head, and one of three parts. */
const [small, large] = [10, 900_000];

for (const [kind, openOver] of kinds) {
  const disk = new Disk();
  storageContract(`over ${kind}`, {
    open: () => openOver(disk, kind),
    async empty() {
      disk.texts.clear();
    },
    durable: true,
  });
}

describe('the storage of a phone', () => {
  let disk = new Disk();
  let count = 0;
  const fresh = () => {
    disk = new Disk();
    count += 1;
    return () => asyncStorage(asyncStorageOver(disk), `fresh ${count}`);
  };

  it.each([
    [small, large],
    [large, small],
    [large, large - 400_000],
  ])(
    'an entry of %i bytes that becomes one of %i is one of both, whenever the app is killed',
    async (a, b) => {
      let isReplaced = false;
      for (let writes = 0; !isReplaced; writes++) {
        const open = fresh();
        const storage = open();
        await storage.put('other', bytesOf(20_000, 3));
        await storage.put('session.a', bytesOf(a, 1));
        disk.writes = writes;
        isReplaced = await storage.put('session.a', bytesOf(b, 2)).then(
          () => true,
          () => false,
        );
        disk.writes = Infinity;
        const next = open();
        const release = await next.claim(new AbortController().signal);
        const kept = await next.get('session.a');
        expect([digest(bytesOf(a, 1)), digest(bytesOf(b, 2))]).toContain(digest(kept));
        if (isReplaced) expect(digest(kept)).toBe(digest(bytesOf(b, 2)));
        expect(digest(await next.get('other'))).toBe(digest(bytesOf(20_000, 3)));
        // The rest of what was not finished is gone.
        const parts = (length: number) => (length > 16_384 ? Math.ceil(length / 393_216) : 0);
        expect(disk.texts.size).toBe(2 + parts(20_000) + parts(kept!.length));
        release();
      }
    },
  );

  it('a deletion that the app did not live to finish leaves nothing or all of the entry', async () => {
    for (const writes of [0, 1, 2, 3]) {
      const open = fresh();
      await open().put('model', bytesOf(large, 1));
      disk.writes = writes;
      await open()
        .delete('model')
        .catch(() => {});
      disk.writes = Infinity;
      const release = await open().claim(new AbortController().signal);
      expect(digest(await open().get('model'))).toBe(writes === 0 ? digest(bytesOf(large, 1)) : undefined);
      expect(disk.texts.size).toBe(writes === 0 ? 4 : 0);
      release();
    }
  });

  it('says once that an entry has lost a part, or is not ours, and goes on without it', async () => {
    const spoils: ((keys: string[]) => void)[] = [
      keys => disk.texts.delete(keys.find(key => key.endsWith('.1'))!),
      keys => disk.texts.set(keys.find(key => key.endsWith('.2'))!, 'AAAA'),
      keys => disk.texts.set(keys.find(key => key.endsWith('.0'))!, '{}'),
      keys => disk.texts.set(keys.find(key => !key.includes('#'))!, 'something else'),
    ];
    for (const spoil of spoils) {
      const storage = fresh()();
      await storage.put('model', bytesOf(large, 1));
      await storage.put('identity', bytesOf(32, 2));
      spoil([...disk.texts.keys()].filter(key => key.includes('model')));
      await expect(storage.get('model')).rejects.toMatchObject({ code: 'storage.corrupt' });
      expect(await storage.get('model')).toBeUndefined();
      expect(await storage.get('identity')).toEqual(bytesOf(32, 2));
      await storage.put('model', bytesOf(large, 5));
      expect(digest(await storage.get('model'))).toBe(digest(bytesOf(large, 5)));
    }
  });

  it('leaves what the app keeps beside it alone', async () => {
    const storage = fresh()();
    disk.texts.set('theme', 'dark');
    await storage.put('identity', bytesOf(32, 2));
    await storage.clear([]);
    expect([...disk.texts]).toEqual([['theme', 'dark']]);
  });
});

it.each([
  ['database or disk is full (code 13 SQLITE_FULL)', 'storage.full'],
  ['No space left on device', 'storage.full'],
  ['Row too big to fit into CursorWindow', 'storage.failed'],
])('%s is %s', async (message, code) => {
  const fails = async () => {
    throw new Error(message);
  };
  const store = { getItem: fails, setItem: fails, removeItem: fails, getAllKeys: fails };
  const storage = asyncStorage(store, message);
  await expect(storage.put('a', bytesOf(1, 1))).rejects.toMatchObject({ code });
  await expect(storage.claim(new AbortController().signal)).rejects.toMatchObject({ code });
  await expect(storage.get('a')).rejects.toMatchObject({ code });
});

describe('bytes as text', () => {
  it('are what Node makes of them, and come back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), bytes => {
        const text = toBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64').replace(/=+$/, ''));
        expect(fromBase64(text)).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
  });

  it.each(['A', 'AA=', 'ä', 'AAAAA', ' AAA'])('%s is none', text => {
    expect(fromBase64(text)).toBeUndefined();
  });
});
