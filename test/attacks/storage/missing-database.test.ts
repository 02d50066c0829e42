import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkStorage } from '@murmuration/cli/doctor/folders';
import { openOperators } from '@murmuration/storage/operators';
import { describe, expect, it } from 'vitest';
import { checkpointOf, roundA, termsOf } from '../../contract/rounds.ts';
import { storageFolders } from '../../unit/coordinator/storage/folders.ts';

const { make, openIn } = storageFolders();

/** A folder with a blob and the sum of a round, which nobody has any more. */
async function full(): Promise<string> {
  const folder = await make();
  const storage = await openIn(folder);
  await storage.blobs.put(new Uint8Array(100).fill(1));
  await storage.rounds.begin(termsOf(roundA));
  await storage.rounds.checkpoint(roundA, checkpointOf('one', 'two'), { erase: false });
  await storage.close();
  return folder;
}

const gone = {
  'is deleted': (path: string) => rm(path),
  'is empty': (path: string) => truncate(path),
} as const;

describe('a storage folder whose database', () => {
  it.each(Object.entries(gone))('%s is refused, and nothing in it is touched', async (_, take) => {
    const folder = await full();
    const database = join(folder, 'murmuration.db');
    await take(database);
    const before = (await readdir(join(folder, 'blobs'))).concat(await readdir(join(folder, 'rounds')));
    await expect(openIn(folder)).rejects.toMatchObject({ code: 'storage.incomplete' });
    await expect(openOperators(folder)).rejects.toMatchObject({ code: 'storage.incomplete' });
    const { findings } = await checkStorage({ storage: folder }, false, 0);
    expect(findings[0]).toMatchObject({ state: 'fault', says: expect.stringContaining('is gone or empty') });
    const after = (await readdir(join(folder, 'blobs'))).concat(await readdir(join(folder, 'rounds')));
    expect(after).toEqual(before);
    expect((await readFile(database).catch(() => '')).length).toBe(0);
  });

  it('is gone with all else is one that begins anew', async () => {
    const folder = await full();
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
    expect(await (await openIn(folder)).devices.count()).toBe(0);
  });
});

describe('the sum of a round under way', () => {
  it.each([
    ['one slot of it', ['0'], { checkpoint: checkpointOf('one', 'two') }],
    ['both slots of it', ['0', '1'], { checkpoint: undefined }],
  ] as const)('that is damaged is not forgotten without a word: %s', async (_, slots, left) => {
    const folder = await make();
    const storage = await openIn(folder);
    await storage.rounds.begin(termsOf(roundA));
    await storage.rounds.checkpoint(roundA, checkpointOf('one', 'two'), { erase: false });
    await storage.rounds.checkpoint(roundA, checkpointOf('one', 'two', 'three'), { erase: false });
    await storage.close();
    for (const slot of slots) {
      const path = join(folder, 'rounds', `${roundA}.${slot}`);
      const bytes = await readFile(path);
      bytes[bytes.length >> 1]! ^= 1;
      await writeFile(path, bytes);
    }
    const [saved] = await (await openIn(folder)).rounds.underWay();
    expect(saved).toMatchObject(left);
    for (const slot of slots) expect(saved!.damage).toContain(`${roundA}.${slot}`);
    expect(saved!.damage).toMatch(/may be lost/);
  });
});
