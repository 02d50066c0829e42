import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { openStorage } from '@murmuration/storage/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canMount, mountSmall, unmount } from '../../../../small-disk.ts';
import { patientIn } from './doctor.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-doctor-'));
});
afterAll(() => rm(folder, { recursive: true }));

const { found } = patientIn(() => folder);

describe('doctor on a storage folder', () => {
  const storageOf = (storage: string) => found('storage', { config: { storage } });

  it('leaves what is not there unmade, and warns where nothing is kept', async () => {
    const storage = join(folder, 'new', 'state');
    expect(await storageOf(storage)).toMatchObject({
      state: 'ok',
      says: expect.stringMatching(/will be made/),
    });
    await expect(rm(join(folder, 'new'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(
      await found('storage', { config: { storage: undefined, enrolmentTokens: ['0123456789abcdef'] } }),
    ).toMatchObject({ state: 'warning', mend: expect.stringMatching(/Name a folder/) });
  });

  it('names a file in its place, and a place that can’t be written', async () => {
    const inTheWay = join(folder, 'in-the-way');
    await writeFile(inTheWay, '');
    expect((await storageOf(inTheWay)).says).toMatch(/is a file/);
    expect((await storageOf(join(inTheWay, 'below'))).says).toMatch(/is a file/);
    if (process.platform !== 'linux') return;
    // Not even root writes there.
    await symlink('/proc', join(folder, 'proc'));
    expect(await storageOf(join(folder, 'proc', 'state'))).toMatchObject({
      state: 'fault',
      says: expect.stringMatching(/can't write/),
      mend: expect.stringMatching(/chown/),
    });
  });

  it('names another process that has it, a newer version, an older one, and damage', async () => {
    const storage = join(folder, 'kept');
    const open = await openStorage(storage, systemClock);
    try {
      expect(await storageOf(storage)).toMatchObject({
        state: 'fault',
        says: expect.stringMatching(/Another process/),
        mend: expect.stringMatching(/Stop that coordinator/),
      });
    } finally {
      await open.close();
    }
    expect((await storageOf(storage)).says).toMatch(/free, up to date/);
    const change = async (sql: string) => {
      const database = await Connection.open(join(storage, 'murmuration.db'), { busyTimeout: 0 });
      await database.exec(sql);
      database.close();
    };
    await change("insert into migrations (name) values ('later')");
    expect(await storageOf(storage)).toMatchObject({
      state: 'fault',
      says: expect.stringMatching(/newer version .*later/),
    });
    await change("delete from migrations where name in ('later', 'verdicts')");
    expect(await storageOf(storage)).toMatchObject({
      state: 'warning',
      mend: expect.stringMatching(/murmuration backup/),
    });
    await writeFile(join(storage, 'murmuration.db'), 'no database'.repeat(1_000));
    expect(await storageOf(storage)).toMatchObject({
      state: 'fault',
      mend: expect.stringMatching(/murmuration restore/),
    });
  });

  it.runIf(canMount)('names a disk that is nearly full', { tags: 'small-disk' }, async () => {
    const small = mountSmall()!;
    try {
      expect(await found('disk', { config: { storage: join(small, 'state') } })).toMatchObject({
        state: 'fault',
        says: expect.stringMatching(/MiB left/),
        mend: expect.stringMatching(/Make room/),
      });
    } finally {
      unmount(small);
    }
  });
});
