import { createHash } from 'node:crypto';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { fileBlobs } from '@murmuration/storage/files/blobs';
import { describe, expect, it } from 'vitest';
import { storageFolders } from '../folders.ts';

const { make } = storageFolders();
const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i * i);
const hash = createHash('sha256').update(bytes).digest('hex');

async function withBlob() {
  const folder = await make();
  const open = () => fileBlobs(folder, new VirtualClock());
  const blobs = await open();
  await blobs.put(bytes);
  return { folder, blobs, path: join(folder, hash), open };
}

describe('blobs as files', () => {
  it('are files named by their hash, and nothing else', async () => {
    const { folder, path } = await withBlob();
    expect(await readdir(folder)).toEqual([hash]);
    expect(new Uint8Array(await readFile(path))).toEqual(bytes);
  });

  it.each([
    [
      'changed',
      (path: string) =>
        writeFile(
          path,
          Uint8Array.from(bytes, (byte, i) => byte ^ (i === 7_000 ? 1 : 0)),
        ),
    ],
    ['cut off', (path: string) => truncate(path, 9_999)],
    ['emptied', (path: string) => truncate(path, 0)],
    ['longer', (path: string) => writeFile(path, Uint8Array.of(...bytes, 0))],
  ])('are refused where they were %s, and healed by the same bytes', async (_how, damage) => {
    const { blobs, path } = await withBlob();
    await damage(path);
    for (const read of [() => blobs.get(hash), () => blobs.open(hash)])
      await expect(read()).rejects.toMatchObject({ code: 'model.corrupt' });
    expect(await blobs.put(bytes)).toBe(hash);
    expect(await blobs.get(hash)).toEqual(bytes);
    expect((await blobs.open(hash)).length).toBe(bytes.length);
  });

  it('forget what an interrupted write left, and keep what is whole', async () => {
    const { folder, open } = await withBlob();
    await writeFile(join(folder, `${hash}.17.tmp`), bytes.subarray(0, 100));
    await writeFile(join(folder, 'notes.txt'), 'not ours');
    const blobs = await open();
    expect((await readdir(folder)).sort()).toEqual([hash, 'notes.txt'].sort());
    expect(await blobs.get(hash)).toEqual(bytes);
    expect(await blobs.sweep(new Set(), Number.POSITIVE_INFINITY)).toEqual([hash]);
    expect(await readdir(folder)).toEqual(['notes.txt']);
  });

  it('are read block by block, each once for all who want it, and held to what they were', async () => {
    const folder = await make();
    const blobs = await fileBlobs(folder, new VirtualClock());
    const long = Uint8Array.from({ length: 200_000 }, (_, i) => i * 7);
    const name = await blobs.put(long);
    const first = async (at: number) => {
      for await (const block of (await blobs.open(name)).read(at, at + 1)) return block;
      throw new Error('There is no such block.');
    };
    let reads = 0;
    await Promise.all(Array.from({ length: 9 }, () => blobs.open(name, () => reads++)));
    expect(reads).toBe(1);
    const [one, other] = await Promise.all([first(5), first(6)]);
    expect(one!.buffer).toBe(other!.buffer);
    // Of the second block a byte has changed: the third one is not the worse for it.
    await writeFile(
      join(folder, name),
      long.map((byte, i) => (i === 70_000 ? byte ^ 1 : byte)),
    );
    expect([...(await first(150_000))]).toEqual([long[150_000]]);
    await expect(first(70_001)).rejects.toMatchObject({ code: 'model.corrupt' });
    await truncate(join(folder, name), 180_000);
    expect([...(await first(150_001))]).toEqual([long[150_001]]);
    await expect(first(66_000)).rejects.toMatchObject({ code: 'model.corrupt' });
  });

  it('are read once for many who ask, and not after they were swept', async () => {
    const { blobs, path } = await withBlob();
    await blobs.get(hash);
    await truncate(path, 5);
    expect(await blobs.get(hash)).toEqual(bytes);
    await blobs.sweep(new Set(), Number.POSITIVE_INFINITY);
    await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'model.missing' });
  });
});
