import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { sqliteDialect } from '@murmuration/sql/sqlite/dialect';
import { migrate } from '@murmuration/storage/rows/migrate';
import { migrations } from '@murmuration/storage/rows/migrations/all';
import { openDatabase } from '@murmuration/storage/rows/open';
import { sqlInferenceTokens } from '@murmuration/storage/rows/tokens';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-token-models-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('inference tokens of an older version stay for all models', async () => {
  const path = join(folder, 'a.db');
  const connection = await Connection.open(path, { busyTimeout: 20 });
  const older = new Kysely<unknown>({ dialect: sqliteDialect(connection) });
  const at = migrations.findIndex(({ name }) => name === 'inference-token-models');
  await migrate(older, migrations.slice(0, at));
  await sql`
    insert into inference_tokens (id, digest, name, rights, rate, quota, created_at, expires_at, revoked_at)
    values ('token-0---------', x'0102', 'Ada', '["predict","monitor"]', null, null, 1000, null, null)`.execute(
    older,
  );
  await older.destroy();

  const database = await openDatabase(path, { busyTimeout: 20 });
  try {
    const store = sqlInferenceTokens(database);
    expect((await store.unrevoked()).tokens).toMatchObject([
      { name: 'Ada', rights: ['predict', 'monitor'], models: null },
    ]);
  } finally {
    await database.close();
  }
});
