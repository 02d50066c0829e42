import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { sqliteDialect } from '@murmuration/sql/sqlite/dialect';
import type { RowDatabase } from '@murmuration/storage/rows/database';
import { migrate } from '@murmuration/storage/rows/migrate';
import type { Migration } from '@murmuration/storage/rows/migrations/migration';
import { openDatabase } from '@murmuration/storage/rows/open';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let path: string;
let database: RowDatabase;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-database-'));
  path = join(folder, 'a.db');
  database = await openDatabase(path, { busyTimeout: 20 });
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const device = (id: string, bytes = 32) => ({
  id,
  public_key: new Uint8Array(bytes),
  certificate: null,
  enrolled_at: 0,
  revoked_at: null,
});

async function ids(): Promise<string[]> {
  const found = await database.rows.selectFrom('devices').select('id').orderBy('id').execute();
  return found.map(({ id }) => id);
}

const add = (id: string, bytes?: number) =>
  database.writer.write(rows => rows.insertInto('devices').values(device(id, bytes)).execute());

describe('a database', () => {
  it('syncs its log at each commit', async () => {
    const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(database.rows);
    expect(rows).toEqual([{ synchronous: 2 }]);
    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(database.rows);
    expect(mode.rows).toEqual([{ journal_mode: 'wal' }]);
  });

  it('keeps all of a job or nothing of it', async () => {
    await add('a');
    const job = database.writer.write(async rows => {
      await rows.insertInto('devices').values(device('b')).execute();
      await rows.insertInto('devices').values(device('a')).execute();
    });
    await expect(job).rejects.toThrow(/UNIQUE/);
    expect(await ids()).toEqual(['a']);
  });

  it('commits jobs that come together, each by itself, in their order', async () => {
    const order: string[] = [];
    const names = Array.from({ length: 600 }, (_, i) => `d${String(i).padStart(3, '0')}`);
    const jobs = names.map((id, i) =>
      database.writer.write(async rows => {
        order.push(id);
        await rows.insertInto('devices').values(device(id)).execute();
        if (i % 3 === 2) throw new Error(`no ${id}`);
        return id;
      }),
    );
    const results = await Promise.allSettled(jobs);
    expect(order).toEqual(names);
    expect(results.map(({ status }) => status)).toEqual(
      names.map((_, i) => (i % 3 === 2 ? 'rejected' : 'fulfilled')),
    );
    expect(results[2]).toMatchObject({ reason: { message: 'no d002' } });
    expect(await ids()).toEqual(names.filter((_, i) => i % 3 !== 2));
  });

  it('lets nothing into a transaction that is not its own', async () => {
    const job = database.writer.write(async rows => {
      for (const id of ['a', 'b', 'c']) await rows.insertInto('devices').values(device(id)).execute();
      throw new Error('no');
    });
    const others = ['x', 'y'].map(id => database.rows.insertInto('devices').values(device(id)).execute());
    await expect(Promise.all([ids(), ...others, job])).rejects.toThrow('no');
    await Promise.all(others);
    expect(await ids()).toEqual(['x', 'y']);
  });

  it('needs far fewer commits than jobs', async () => {
    const version = async () => {
      const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(other);
      return rows[0]!.data_version;
    };
    const connection = await Connection.open(path, { busyTimeout: 0 });
    const other = new Kysely<unknown>({ dialect: sqliteDialect(connection) });
    const seen = new Set([await version()]);
    const jobs = Array.from({ length: 500 }, (_, i) =>
      add(`d${i}`).then(async () => seen.add(await version())),
    );
    await Promise.all(jobs);
    await other.destroy();
    expect(seen.size).toBeLessThan(20);
    expect(await ids()).toHaveLength(500);
  });

  it('gives every job of a full disk its code, keeps what there is, and takes more once there is room', async () => {
    await add('a');
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(database.rows);
    await sql`pragma max_page_count = ${sql.lit(rows[0]!.page_count + 2)}`.execute(database.rows);
    const results = await Promise.allSettled([add('b'), add('c', 1_000_000), add('d')]);
    expect(results.some(({ status }) => status === 'rejected')).toBe(true);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'storage.full' });
    const kept = ['b', 'c', 'd'].filter((_, i) => results[i]!.status === 'fulfilled');
    expect(await ids()).toEqual(['a', ...kept]);
    await sql`pragma max_page_count = 1000000`.execute(database.rows);
    await add('e', 100_000);
    expect(await ids()).toContain('e');
  });

  it('says so where another program holds the lock, and goes on afterwards', async () => {
    const other = await Connection.open(path, { busyTimeout: 0 });
    await other.exec('begin immediate');
    await expect(add('a')).rejects.toMatchObject({ code: 'storage.locked', retryable: true });
    await expect(database.rows.insertInto('devices').values(device('b')).execute()).rejects.toMatchObject({
      code: 'storage.locked',
    });
    expect(await ids()).toEqual([]);
    await other.exec('rollback');
    other.close();
    await add('a');
    expect(await ids()).toEqual(['a']);
  });

  it('says so where it may not be written to, and goes on afterwards', async () => {
    await sql`pragma query_only = on`.execute(database.rows);
    await expect(add('a')).rejects.toMatchObject({ code: 'storage.read-only', retryable: true });
    await sql`pragma query_only = off`.execute(database.rows);
    await add('a');
    expect(await ids()).toEqual(['a']);
  });

  it('has everything in one file once it is closed', async () => {
    await add('a');
    await database.close();
    await rm(`${path}-wal`, { force: true });
    await rm(`${path}-shm`, { force: true });
    database = await openDatabase(path);
    expect(await ids()).toEqual(['a']);
  });

  it('ends what is under way before it closes, and takes nothing afterwards', async () => {
    const job = add('a');
    const read = ids();
    await Promise.all([job, read, database.close()]);
    await expect(add('b')).rejects.toThrow();
    database = await openDatabase(path);
    expect(await ids()).toEqual(['a']);
  });
});

describe('migrations', () => {
  const step = (name: string, fails = false): Migration => ({
    name,
    async up({ schema }) {
      await schema.createTable(name).addColumn('id', 'integer').execute();
      if (fails) throw new Error('no');
    },
  });
  const tables = async (): Promise<string[]> => {
    const found = await fresh.introspection.getTables();
    return found.map(({ name }) => name).sort();
  };
  let fresh: Kysely<unknown>;
  beforeEach(async () => {
    const connection = await Connection.open(join(folder, 'fresh.db'), { busyTimeout: 20 });
    fresh = new Kysely<unknown>({ dialect: sqliteDialect(connection) });
  });
  afterEach(() => fresh.destroy());

  it('run once, in their order, and later ones follow', async () => {
    await migrate(fresh, [step('one')]);
    await migrate(fresh, [step('one')]);
    await migrate(fresh, [step('one'), step('two')]);
    expect(await tables()).toEqual(['migrations', 'one', 'two']);
  });

  it('leave nothing behind where one fails', async () => {
    await migrate(fresh, [step('one')]);
    await expect(migrate(fresh, [step('one'), step('two'), step('three', true)])).rejects.toThrow('no');
    expect(await tables()).toEqual(['migrations', 'one']);
    await migrate(fresh, [step('one'), step('two'), step('three')]);
    expect(await tables()).toEqual(['migrations', 'one', 'three', 'two']);
  });

  it('refuse a database of a newer version, and leave it as it is', async () => {
    await migrate(fresh, [step('one'), step('two')]);
    await expect(migrate(fresh, [step('one'), step('three')])).rejects.toMatchObject({
      code: 'storage.newer',
    });
    expect(await tables()).toEqual(['migrations', 'one', 'two']);
  });

  it('wait for whoever migrates already', async () => {
    const other = await Connection.open(join(folder, 'fresh.db'), { busyTimeout: 0 });
    await other.exec('begin immediate');
    await expect(migrate(fresh, [step('one')])).rejects.toMatchObject({ code: 'storage.locked' });
    await other.exec('rollback');
    other.close();
    await migrate(fresh, [step('one')]);
    expect(await tables()).toEqual(['migrations', 'one']);
  });
});
