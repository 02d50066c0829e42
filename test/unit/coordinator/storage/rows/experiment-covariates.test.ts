import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { sqliteDialect } from '@murmuration/sql/sqlite/dialect';
import { sqlExperiments } from '@murmuration/storage/rows/experiments';
import { migrate } from '@murmuration/storage/rows/migrate';
import { migrations } from '@murmuration/storage/rows/migrations/all';
import { openDatabase } from '@murmuration/storage/rows/open';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-covariates-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('experiments of an older version go on without a covariate, with all that they measured', async () => {
  const path = join(folder, 'a.db');
  const connection = await Connection.open(path, { busyTimeout: 20 });
  const older = new Kysely<unknown>({ dialect: sqliteDialect(connection) });
  const at = migrations.findIndex(({ name }) => name === 'experiment-covariates');
  await migrate(older, migrations.slice(0, at));
  await sql`
    insert into experiments (id, task, experiment, counts)
    values ('x', 'line', '{"id":"x","layer":{"from":0.30000000000000004},"alpha":1e-6}', null)`.execute(
    older,
  );
  await sql`insert into experiment_units values ('x', 'one', 'a', 1, 1.5, 0.25)`.execute(older);
  await older.destroy();

  const database = await openDatabase(path, { busyTimeout: 20 });
  try {
    const store = sqlExperiments(database);
    expect(await store.all()).toEqual([
      { id: 'x', layer: { from: 0.1 + 0.2 }, alpha: 1e-6, covariate: null },
    ]);
    expect(await store.units('x')).toEqual([
      { unit: 'one', arm: 'a', failed: true, ms: 1.5, value: 0.25, covariate: null },
    ]);
  } finally {
    await database.close();
  }
});
