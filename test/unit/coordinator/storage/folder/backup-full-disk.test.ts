import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { Registry } from '@murmuration/rounds/registry/registry';
import { backUp, restore } from '@murmuration/storage/folder/backup';
import { afterEach, describe, expect, it } from 'vitest';
import { canMount, fill, mountSmall, unfill, unmount } from '../../../../small-disk.ts';
import { layout } from '../../server/federation.ts';
import { storageFolders } from '../folders.ts';

const { make, openIn } = storageFolders();

describe.runIf(canMount)('a copy to a disk that is full', { tags: 'small-disk' }, () => {
  let small = '';
  afterEach(() => unmount(small));

  /** Leaves so many bytes. */
  async function leave(bytes: number): Promise<void> {
    await unfill(small);
    await writeFile(join(small, 'room'), new Uint8Array(bytes));
    await fill(small);
    await rm(join(small, 'room'));
  }

  async function storageWithVersion(): Promise<string> {
    const folder = join(await make(), 'storage');
    const { blobs, history } = await openIn(folder);
    const registry = new Registry(blobs, history);
    const { hash } = await registry.store(
      { class_name: 'Sequential' },
      layout,
      new Float32Array(layout.count),
    );
    const version = {
      model: hash,
      task: 'line' as TaskName,
      number: 0,
      parent: null,
      round: null,
      strategy: 'fedAdam',
      planVersion: 1,
      contributors: 0,
      metrics: null,
      createdAt: 0,
    };
    const state = { momentum: new Float32Array(30_000).fill(1) };
    await history.commit({ head: { version, state } });
    return folder;
  }

  it('says so, leaves nothing behind, and succeeds once there is room', async () => {
    small = mountSmall()!;
    const storage = await storageWithVersion();
    const backup = join(await make(), 'backup');
    await backUp(storage, backup);
    for (const [name, copy] of [
      ['backup', (to: string) => backUp(storage, to)],
      ['restored', (to: string) => restore(backup, to, undefined)],
    ] as const) {
      const to = join(small, name);
      await mkdir(to);
      let failures = 0;
      for (let room = 0; ; room += 64 << 10) {
        await leave(room);
        const error = await copy(to).then(
          () => undefined,
          thrown => thrown,
        );
        if (!error) break;
        failures += 1;
        expect([name, room, error.code]).toEqual([name, room, 'storage.full']);
        const left = (await readdir(to)).filter(file => file !== 'lock.db');
        expect([name, room, left]).toEqual([name, room, []]);
      }
      expect(failures).toBeGreaterThan(2);
      await unfill(small);
      await rm(to, { recursive: true });
    }
  });
});
