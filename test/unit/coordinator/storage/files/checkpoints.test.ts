import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssignmentId, RoundId } from '@murmuration/protocol/ids/ids';
import type { Checkpoint } from '@murmuration/rounds/round/store';
import { fileCheckpoints } from '@murmuration/storage/files/checkpoints';
import { decodeSlot, encodeSlot } from '@murmuration/storage/files/slot';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storageFolders } from '../folders.ts';

const { make } = storageFolders();
const round = 'round'.padEnd(22, '-') as RoundId;

/** The sum's bytes are all `value`, so that what is left of it on the disk shows. */
function checkpointOf(value: number, contributors = value): Checkpoint {
  return {
    contributors: Array.from({ length: contributors }, (_, i) => ({
      assignment: `one-${i}`.padEnd(22, '-') as AssignmentId,
      digest: new Uint8Array(32).fill(200 + i),
      signature: i % 2 === 0 ? null : new Uint8Array(64).fill(100 + i),
    })),
    sum: new Uint8Array(3_000).fill(value),
  };
}

async function withCheckpoints(count: number, erase: boolean) {
  const folder = await make();
  const checkpoints = await fileCheckpoints(folder);
  for (let value = 1; value <= count; value++) await checkpoints.write(round, checkpointOf(value), erase);
  const slot = (index: number) => join(folder, `${round}.${index}`);
  /** The slot of the last checkpoint: the first one goes into slot 0 or 1, and the others follow by turns. */
  const bytes = await Promise.all([0, 1].map(index => readFile(slot(index)).catch(() => Buffer.alloc(0))));
  const newest = bytes[0]!.includes(Buffer.alloc(100, count)) ? 0 : 1;
  return {
    folder,
    checkpoints,
    newest: slot(newest),
    older: slot(1 - newest),
    reopen: () => fileCheckpoints(folder),
  };
}

const isErased = async (path: string) => (await readFile(path)).every(byte => byte === 0);

describe('checkpoints in two slots', () => {
  it('overwrite the one before where it must be erased, and leave it otherwise', async () => {
    const erased = await withCheckpoints(3, true);
    expect(await isErased(erased.older)).toBe(true);
    const left = await withCheckpoints(3, false);
    expect((await readFile(left.older)).includes(Buffer.alloc(3_000, 2))).toBe(true);
  });

  it('are overwritten in place, not in new files', async () => {
    const { checkpoints, folder, newest, older } = await withCheckpoints(2, true);
    const before = await Promise.all([stat(newest), stat(older)]);
    for (const value of [3, 4, 5]) await checkpoints.write(round, checkpointOf(value, 1), true);
    const after = await Promise.all([stat(newest), stat(older)]);
    expect(after.map(({ ino }) => ino)).toEqual(before.map(({ ino }) => ino));
    // Cut off and written again, its bytes might lie elsewhere on the disk, and the old ones stay where they were.
    expect(after.map(({ size }) => size)).toEqual(before.map(({ size }) => size));
    expect(await readdir(folder)).toHaveLength(2);
  });

  it.each([0, 10, 22, 500, 3_100])(
    'fall back to the one before where a write stopped after %i bytes',
    async at => {
      const { newest, reopen } = await withCheckpoints(3, false);
      const whole = await readFile(newest);
      // What was there before shows where the write had not come to.
      await writeFile(newest, Buffer.concat([whole.subarray(0, at), Buffer.alloc(whole.length - at, 1)]));
      const checkpoints = await reopen();
      expect(await checkpoints.read(round)).toMatchObject({ checkpoint: checkpointOf(2) });
      expect(await isErased(newest)).toBe(true);
      await checkpoints.write(round, checkpointOf(4), false);
      expect(await (await reopen()).read(round)).toMatchObject({ checkpoint: checkpointOf(4) });
    },
  );

  it('erase after a restart what a crash kept from being erased', async () => {
    const { newest, older, reopen } = await withCheckpoints(3, true);
    const late = encodeSlot({ sequence: 2, erase: true, checkpoint: checkpointOf(2) });
    await writeFile(older, late);
    expect(await (await reopen()).read(round)).toMatchObject({ checkpoint: checkpointOf(3) });
    expect(await isErased(older)).toBe(true);
    expect(await isErased(newest)).toBe(false);
  });

  it('are none where both slots are torn', async () => {
    const { newest, older, reopen } = await withCheckpoints(3, false);
    for (const path of [newest, older]) await writeFile(path, (await readFile(path)).subarray(0, 1_000));
    const checkpoints = await reopen();
    expect(await checkpoints.read(round)).toEqual({ damage: expect.stringContaining('may be lost') });
    for (const path of [newest, older]) expect(await isErased(path)).toBe(true);
    await checkpoints.write(round, checkpointOf(1), true);
    expect(await checkpoints.read(round)).toMatchObject({ checkpoint: checkpointOf(1) });
  });

  it('go on with the newest one after a restart, without a reading before', async () => {
    const { reopen } = await withCheckpoints(5, true);
    await (await reopen()).write(round, checkpointOf(6), true);
    expect(await (await reopen()).read(round)).toMatchObject({ checkpoint: checkpointOf(6) });
  });

  it('leave nothing of a round that is forgotten, and nothing else is touched', async () => {
    const { folder, checkpoints } = await withCheckpoints(2, false);
    const other = 'other'.padEnd(22, '-') as RoundId;
    await checkpoints.write(other, checkpointOf(9), true);
    expect([...(await checkpoints.rounds())].sort()).toEqual([other, round].sort());
    await checkpoints.forget(round);
    await checkpoints.forget(round);
    expect(await checkpoints.rounds()).toEqual([other]);
    expect((await readdir(folder)).every(name => name.startsWith('other'))).toBe(true);
    expect(await checkpoints.read(round)).toEqual({});
  });
});

describe('a slot', () => {
  const whole = encodeSlot({ sequence: 7, erase: true, checkpoint: checkpointOf(3) });

  it('gives back what it holds, whatever follows it', () => {
    const slot = { sequence: 7, erase: true, checkpoint: checkpointOf(3) };
    expect(decodeSlot(whole)).toEqual(slot);
    expect(decodeSlot(Buffer.concat([whole, Buffer.alloc(100, 5)]))).toEqual(slot);
  });

  it('counts only whole: no bit may differ', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const bytes = whole.slice();
        bytes[at]! ^= difference;
        expect(decodeSlot(bytes)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('counts only whole: no byte may be missing, and other bytes are none', () => {
    for (const length of [0, 1, 17, 18, 100, whole.length - 1])
      expect(decodeSlot(whole.subarray(0, length))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        expect(decodeSlot(bytes)).toBeUndefined();
      }),
    );
  });
});
