import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { leftBehind } from '../../../../left-behind.ts';
import { migrationsHold } from './upgrades.ts';

describe('upgrades of a database file of 0.2.0', () => {
  let folder: string;
  let copies = 0;
  beforeAll(async () => {
    folder = await leftBehind('0.2.0/left');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const fresh = async () => join(folder, `${++copies}.db`);
  migrationsHold(25, {
    fresh,
    async copy() {
      const place = await fresh();
      for (const part of ['', '-wal'])
        await copyFile(join(folder, `state/murmuration.db${part}`), place + part);
      return place;
    },
  });
});
