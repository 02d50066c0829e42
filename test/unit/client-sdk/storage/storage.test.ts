import { linkSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStorage } from '@murmuration/client-sdk/storage/file';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { storageContract } from '@murmuration/client-sdk/testing/storage';
import { afterAll, describe, expect, it } from 'vitest';

const folder = join(mkdtempSync(join(tmpdir(), 'murmuration-')), 'of', 'a device');
const empty = () => rm(folder, { recursive: true, force: true });

storageContract('in memory', { open: memoryStorage, empty: async () => {}, durable: false });
storageContract('in files', { open: () => fileStorage(folder), empty, durable: true });

describe('the storage of a device in files', () => {
  afterAll(() => rm(join(folder, '..', '..'), { recursive: true, force: true }));

  it('lets nobody else read its secrets, and leaves nothing half written', async () => {
    await empty();
    await fileStorage(folder).put('identity', new Uint8Array(32));
    expect(readdirSync(folder)).toEqual(['identity']);
    expect(statSync(folder).mode & 0o077).toBe(0);
    expect(statSync(join(folder, 'identity')).mode & 0o077).toBe(0);
  });

  it('is not misled by what a crash has left half written', async () => {
    await empty();
    const storage = fileStorage(folder);
    await storage.put('identity', Uint8Array.of(1));
    writeFileSync(join(folder, '.new-identity'), Uint8Array.of(9, 9));
    expect(await storage.get('identity')).toEqual(Uint8Array.of(1));
    await storage.put('identity', Uint8Array.of(2));
    expect(await storage.get('identity')).toEqual(Uint8Array.of(2));
  });

  it('overwrites what it replaces, deletes or erases, whoever still has the file', async () => {
    await empty();
    const storage = fileStorage(folder);
    const secret = new Uint8Array(150_000).fill(7);
    const acts = [
      () => storage.put('session.a', Uint8Array.of(1)),
      () => storage.delete('session.a'),
      () => storage.clear([]),
    ];
    for (const [i, act] of acts.entries()) {
      await storage.put('session.a', secret);
      // A second name of the same bytes on disk, as a look at the disk itself would have.
      const onDisk = join(folder, '..', `seen ${i}`);
      linkSync(join(folder, 'session.a'), onDisk);
      await act();
      expect(new Set(readFileSync(onDisk))).toEqual(new Set([0]));
    }
    expect(readdirSync(folder).filter(name => name.startsWith('.'))).toEqual([]);
  });

  it('overwrites what a crash left in the middle of that, at the next claim', async () => {
    await empty();
    const storage = fileStorage(folder);
    await storage.put('session.a', Uint8Array.of(1));
    writeFileSync(join(folder, '.old-session.a'), 'a secret');
    linkSync(join(folder, '.old-session.a'), join(folder, '..', 'seen by claim'));
    (await storage.claim(new AbortController().signal))();
    expect(readdirSync(folder)).toEqual(['session.a']);
    expect(new Set(readFileSync(join(folder, '..', 'seen by claim')))).toEqual(new Set([0]));
    expect(await storage.get('session.a')).toEqual(Uint8Array.of(1));
  });

  it('says so where it cannot write', async () => {
    await empty();
    writeFileSync(join(folder, '..', 'a device'), 'a file where the folder should be', { flag: 'w' });
    await expect(fileStorage(folder).put('identity', Uint8Array.of(1))).rejects.toThrow(/EEXIST|ENOTDIR/);
    await empty();
  });
});
