import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseOfJobs } from '@murmuration/cli/arguments/precompute-jobs';
import { openSqlite } from '@murmuration/sql/sqlite/open';
import { backUp } from '@murmuration/storage/folder/backup';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Target } from '../network/target.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

/** A folder that everybody may look into, and a process whose mask hides nothing. */
async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-modes-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const mask = process.umask(0);
  cleanUp.push(() => process.umask(mask));
  return folder;
}

/** Files below a folder that others may read. */
async function readable(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const found: string[] = [];
  for (const name of names) {
    const about = await stat(join(folder, name));
    if (about.isFile() && (about.mode & 0o077) !== 0) found.push(name);
  }
  return found;
}

describe.skipIf(process.platform === 'win32')('another account on the machine', () => {
  it('reads no database, lock or backup of a coordinator', async () => {
    const folder = await openFolder();
    const copies = await openFolder();
    const target = await Target.open({ storage: folder });
    cleanUp.push(() => target.close());
    const names = await readdir(folder);
    expect(names).toContain('murmuration.db');
    expect(await readable(folder)).toEqual([]);
    await backUp(folder, join(copies, 'backup'));
    expect(await readdir(join(copies, 'backup'))).toContain('murmuration.db');
    expect(await readable(copies)).toEqual([]);
  });

  it('reads no longer what an older version has left to be read', async () => {
    const folder = await openFolder();
    const path = join(folder, 'old.db');
    await writeFile(path, '', { mode: 0o644 });
    const { rows, close } = await openSqlite<Record<string, never>>(path);
    expect(rows).toBeDefined();
    expect(await readable(folder)).toEqual([]);
    await close();
  });

  it('finds no computed answers in the folder in which a command was run', async () => {
    const folder = await openFolder();
    vi.stubEnv('MURMURATION_STORAGE', undefined);
    vi.stubEnv('XDG_DATA_HOME', folder);
    const path = await databaseOfJobs(undefined);
    expect(path).toBe(join(folder, 'murmuration', 'precomputed.db'));
    expect((await stat(join(folder, 'murmuration'))).mode & 0o777).toBe(0o700);
    vi.stubEnv('MURMURATION_STORAGE', join(folder, 'storage'));
    expect(await databaseOfJobs(undefined)).toBe(join(folder, 'storage', 'precomputed.db'));
    expect(await databaseOfJobs('here.db')).toBe('here.db');
  });
});
