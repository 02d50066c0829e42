import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSql } from '@murmuration/sql/database/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlDatabaseContract } from '../../contract/sql-database.ts';

let folder: string;
let number = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-sql-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const path = () => join(folder, `${number}.db`);

sqlDatabaseContract(
  'SQLite',
  () => {
    number += 1;
    return openSql(path());
  },
  () => openSql(path()),
);

describe('an address of SQLite', () => {
  it('is a path, and says so where nothing can be there', async () => {
    await expect(openSql(join(folder, 'no', 'a.db'))).rejects.toMatchObject({ code: 'storage.failed' });
  });
});
