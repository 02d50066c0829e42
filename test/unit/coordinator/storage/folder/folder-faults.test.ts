import { spawnSync } from 'node:child_process';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Stores } from '@murmuration/storage/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { checkpointOf, recordOf, roundA, roundB, termsOf } from '../../../../contract/rounds.ts';
import { PackedProcess } from '../../../../e2e/processes.ts';
import { canMount, fill, mountSmall, unfill, unmount } from '../../../../small-disk.ts';
import { storageFolders } from '../folders.ts';

const { current, make, open, openIn, reopen } = storageFolders();

const holderFile = 'test/unit/coordinator/storage/holder.ts';

const device = (index: number) => ({
  id: `device-${index}`.padEnd(22, '-') as DeviceId,
  publicKey: new Uint8Array(32),
  certificate: undefined,
  enrolledAt: 0,
  revokedAt: null,
});

describe.runIf(canMount)('a storage folder on a small disk', { tags: 'small-disk' }, () => {
  let small: string | undefined;
  afterEach(() => {
    if (small) unmount(small);
    small = undefined;
  });

  /** Each of these wants more than is there. */
  const writes: readonly ((storage: Stores) => Promise<unknown>)[] = [
    ({ blobs }) => blobs.put(new Uint8Array(50_000).fill(1)),
    ({ rounds }) => rounds.append(roundA, [{ type: 'stated', statement: new Uint8Array(50_000).fill(2) }]),
    ({ rounds }) => rounds.checkpoint(roundA, checkpointOf('one', 'two'), { erase: true }),
    ({ rounds }) => rounds.begin({ ...termsOf(roundB), plan: { ...termsOf(roundB).plan, masking: null } }),
  ];

  it('that is full answers so, keeps what there is, and goes on once there is room', async () => {
    small = mountSmall()!;
    const storage = await openIn(small);
    await storage.devices.add(device(1));
    await storage.rounds.begin(termsOf(roundA));
    await storage.rounds.checkpoint(roundA, checkpointOf('one'), { erase: false });
    await fill(small);
    for (const [i, write] of writes.entries())
      if (i < 3) await expect(write(storage), `write ${i}`).rejects.toMatchObject({ code: 'storage.full' });
    expect(await readdir(join(small, 'blobs'))).toEqual([]);
    const saved = { terms: termsOf(roundA), entries: [], checkpoint: checkpointOf('one') };
    expect(await storage.rounds.underWay()).toEqual([saved]);
    expect(await storage.devices.count()).toBe(1);
    await unfill(small);
    for (const write of writes) await write(storage);
    const again = await reopenIn(storage, small);
    expect((await again.rounds.underWay())[0]).toEqual({
      terms: termsOf(roundA),
      entries: [{ type: 'stated', statement: new Uint8Array(50_000).fill(2) }],
      checkpoint: checkpointOf('one', 'two'),
    });
    await again.close();
  });

  it('that is full keeps nothing of a round that could not be closed', async () => {
    small = mountSmall()!;
    const storage = await openIn(small);
    await storage.rounds.begin(termsOf(roundA));
    await storage.rounds.checkpoint(roundA, checkpointOf('one'), { erase: true });
    await fill(small);
    const reason = 'x'.repeat(100_000);
    const record = { ...recordOf(roundA), failure: { during: 'updates', reason } } as const;
    await expect(storage.history.commit({ round: record })).rejects.toMatchObject({ code: 'storage.full' });
    expect(await storage.rounds.underWay()).toHaveLength(1);
    expect(await storage.history.rounds(record.task, 99, 9)).toEqual([]);
    await unfill(small);
    await storage.history.commit({ round: record });
    expect(await storage.rounds.underWay()).toEqual([]);
    await storage.close();
  });

  it('that may only be read says so', async () => {
    small = mountSmall()!;
    const holder = new PackedProcess(holderFile, [small]);
    await holder.printed(/It is mine/);
    holder.child.kill('SIGKILL');
    await holder.ended();
    expect(spawnSync('mount', ['-o', 'remount,ro', small]).status).toBe(0);
    await expect(openIn(small)).rejects.toMatchObject({ code: 'storage.read-only' });
    expect(spawnSync('mount', ['-o', 'remount,rw', small]).status).toBe(0);
    const storage = await openIn(small);
    await storage.devices.add(device(1));
    await storage.close();
  });

  const reopenIn = async (storage: Stores, folder: string): Promise<Stores> => {
    await storage.close();
    return openIn(folder);
  };
});

describe('a storage folder', () => {
  it('belongs to one process, until that one ends in whatever way', async () => {
    const folder = await make();
    const holder = new PackedProcess(holderFile, [folder]);
    await holder.printed(/It is mine/);
    const error = await openIn(folder).catch(refused => refused);
    expect(error).toMatchObject({ code: 'storage.in-use' });
    expect(error.detail).toContain(folder);
    holder.child.kill('SIGKILL');
    expect(await holder.ended()).toBe('SIGKILL');
    const storage = await openIn(folder);
    const second = new PackedProcess(holderFile, [folder]);
    await second.printed(/storage\.in-use/);
    expect(await second.ended()).toBe(0);
    await storage.close();
    const third = new PackedProcess(holderFile, [folder]);
    await third.printed(/It is mine/);
    third.child.kill('SIGKILL');
    await third.ended();
  });

  it('belongs to one storage of a process', async () => {
    const folder = await make();
    const storage = await openIn(folder);
    await expect(openIn(folder)).rejects.toMatchObject({ code: 'storage.in-use' });
    await expect(openIn(folder)).rejects.toMatchObject({ code: 'storage.in-use' });
    await storage.devices.add(device(1));
    await storage.close();
    expect(await (await openIn(folder)).devices.count()).toBe(1);
  });

  it('is made where there is none, for nobody else to look into', async () => {
    const folder = join(await make(), 'a', 'b');
    await openIn(folder);
    expect((await stat(folder)).mode & 0o077).toBe(0);
  });

  it('that is a file, or whose database is damaged, says so, and is let go', async () => {
    const folder = await make();
    await writeFile(join(folder, 'file'), 'text');
    await expect(openIn(join(folder, 'file'))).rejects.toMatchObject({ code: 'storage.failed' });
    await writeFile(join(folder, 'murmuration.db'), new Uint8Array(50_000).fill(7));
    await expect(openIn(folder)).rejects.toMatchObject({ code: 'storage.corrupt' });
    await rm(join(folder, 'murmuration.db'));
    await openIn(folder);
  });

  it('erases at its start the sums of rounds that are over', async () => {
    const storage = await open();
    await storage.rounds.begin(termsOf(roundA));
    await storage.rounds.checkpoint(roundA, checkpointOf('one'), { erase: false });
    await storage.rounds.begin(termsOf(roundB));
    await storage.rounds.checkpoint(roundB, checkpointOf('one'), { erase: false });
    const folder = current();
    const slot = join(folder, 'rounds', `${roundA}.1`);
    const left = await readFile(slot);
    await storage.history.commit({ round: recordOf(roundA) });
    expect((await readdir(join(folder, 'rounds'))).every(name => name.startsWith(roundB))).toBe(true);
    await writeFile(slot, left);
    const again = await reopen();
    expect((await readdir(join(folder, 'rounds'))).every(name => name.startsWith(roundB))).toBe(true);
    expect((await again.rounds.underWay()).map(({ terms }) => terms.id)).toEqual([roundB]);
  });
});
