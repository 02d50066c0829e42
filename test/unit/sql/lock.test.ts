import { join } from 'node:path';
import { takeLock } from '@murmuration/sql/sqlite/lock';
import { expect, it } from 'vitest';
import { storageFolders } from '../coordinator/storage/folders.ts';

const { make } = storageFolders();

it('a lock is there for the next one as soon as it is let go of', async () => {
  const path = join(await make(), 'lock.db');
  // The driver's thread may be slow to let go of a connection: about one time in fifty on a busy machine.
  for (let i = 0; i < 500; i++) {
    const free = await takeLock(path);
    expect(free, `the ${i + 1}th time`).toBeDefined();
    expect(i % 100 === 0 && (await takeLock(path))).toBeFalsy();
    await free!();
  }
});

it('a lock may be let go of twice, and is lost to nobody else by that', async () => {
  const path = join(await make(), 'lock.db');
  const first = await takeLock(path);
  await first!();
  const second = await takeLock(path);
  await first!();
  expect(await takeLock(path)).toBeUndefined();
  await second!();
});
