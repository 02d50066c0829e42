// @module-tag postgresql

import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { blobsContract } from '@murmuration/rounds/testing/blobs';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { inspectDatabase } from '@murmuration/storage/postgresql/inspect';
import { own } from '@murmuration/storage/postgresql/owner';
import { openPostgresqlStorage } from '@murmuration/storage/postgresql/storage';
import { changeDocuments } from '@murmuration/storage/rows/documents';
import type { Tables } from '@murmuration/storage/rows/schema';
import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { devicesContract } from '../../../contract/devices.ts';
import { durableStoresContract } from '../../../contract/durable-stores.ts';
import { historyContract } from '../../../contract/history.ts';
import { partsContract } from '../../../contract/round-parts.ts';
import { checkpointOf, recordOf, roundA, roundB, roundsContract, termsOf } from '../../../contract/rounds.ts';
import { PostgresqlServer } from '../../../postgresql-server.ts';

type Opened = Awaited<ReturnType<typeof openPostgresqlStorage>>;

let server: PostgresqlServer;
let address: string;
/** Somebody else who knows the password. */
let outside: { rows: Kysely<unknown>; close(): Promise<void> };
const opened: Opened[] = [];

beforeAll(async () => {
  server = await PostgresqlServer.start();
  address = await server.freshDatabase();
  outside = await openPostgresql<unknown>(address);
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
});
afterAll(async () => {
  await outside.close();
  await server.remove();
});

async function again(clock: Clock = new VirtualClock(1_000)): Promise<Opened> {
  const storage = await openPostgresqlStorage(address, clock);
  opened.push(storage);
  return storage;
}

/** An empty storage; the tables are made once, and emptied for each test. */
async function open(clock?: Clock): Promise<Opened> {
  for (const storage of opened.splice(0)) await storage.close();
  await sql`
    do $$ declare own name; used boolean; begin
      for own in select tablename from pg_tables where schemaname = 'public' and tablename <> 'migrations' loop
        execute format('select exists (select from %I)', own) into used;
        if used then execute format('truncate %I restart identity', own); end if;
      end loop;
    end $$`.execute(outside.rows);
  return again(clock);
}

async function reopen(): Promise<Opened> {
  await opened.pop()!.close();
  return again();
}

const name = 'a database of PostgreSQL';
blobsContract(
  name,
  async clock => (await open(clock)).blobs,
  async () => (await reopen()).blobs,
);
devicesContract(
  name,
  async () => (await open()).devices,
  async () => (await reopen()).devices,
);
historyContract(
  name,
  async () => (await open()).history,
  async () => (await reopen()).history,
);
roundsContract(name, () => open(), reopen);
partsContract(name, () => open(), reopen);
durableStoresContract(name, () => open(), reopen);

/** A promise, and what resolves it. */
function promised() {
  let resolve = () => {};
  const promise = new Promise<void>(done => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Ends the connection that holds the lock, as a cut network does, while the process that has it lives on. */
const cutLock = () =>
  sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name like 'murmuration lock%'
      and pid in (select pid from pg_locks where locktype = 'advisory' and granted)`.execute(outside.rows);

/** Opens it as a coordinator in waiting; what comes of it, and a promise that it waits. */
function standBy() {
  const waiting = promised();
  const storage = openPostgresqlStorage(address, new VirtualClock(2_000), { waiting: waiting.resolve }).then(
    taken => {
      opened.push(taken);
      return taken;
    },
  );
  return { storage, waits: waiting.promise };
}

describe('a database of PostgreSQL as the storage of one coordinator', () => {
  it('is refused to a second one, until the first has closed it', async () => {
    const first = await open();
    await expect(again()).rejects.toMatchObject({
      code: 'storage.in-use',
      message: expect.not.stringContaining('secret'),
    });
    await opened.splice(opened.indexOf(first), 1)[0]!.close();
    await expect(again()).resolves.toMatchObject({ durable: true });
  });

  it('goes to the one that waits once the first has closed it', async () => {
    const first = await open();
    await first.rounds.begin(termsOf(roundA));
    await first.rounds.checkpoint(roundA, checkpointOf('one'), { erase: true });
    const { storage, waits } = standBy();
    await waits;
    await opened.splice(opened.indexOf(first), 1)[0]!.close();
    expect(await (await storage).rounds.underWay()).toMatchObject([
      { terms: { id: roundA }, checkpoint: checkpointOf('one') },
    ]);
  });

  it('lets nothing be written by a coordinator that was cut off and replaced, though it lives', async () => {
    const first = await open();
    await first.rounds.begin(termsOf(roundA));
    const { storage, waits } = standBy();
    await waits;
    await cutLock();
    const second = await storage;
    const attempts = [
      () => first.rounds.append(roundA, [{ type: 'due', time: 1 }] as never),
      () => first.rounds.checkpoint(roundA, checkpointOf('late'), { erase: false }),
      () => first.rounds.begin(termsOf(roundB)),
      () => first.blobs.put(Uint8Array.of(1)),
      () => first.blobs.sweep(new Set(), Number.POSITIVE_INFINITY),
      () => first.history.commit({ round: recordOf(roundA) }),
      () => first.pausedTasks.set('line' as TaskName, true),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'storage.in-use' });
    expect(await second.rounds.underWay()).toMatchObject([
      { terms: { id: roundA }, entries: [], checkpoint: undefined },
    ]);
    expect(await second.history.rounds('line' as TaskName, 99, 99)).toEqual([]);
  });

  it('waits for a write that has begun before it changes hands, and has it', async () => {
    const first = await open();
    const { storage, waits } = standBy();
    await waits;
    const under = promised();
    const goOn = promised();
    const { guard } = await own(outside.rows as Kysely<Tables>, 'a database');
    const write = (outside.rows as Kysely<Tables>).transaction().execute(async rows => {
      await guard(rows);
      under.resolve();
      await goOn.promise;
      await changeDocuments(rows, {
        put: [{ kind: 'paused-task', scope: 'line', key: '', at: 0, value: true }],
      });
    });
    await under.promise;
    await opened.splice(opened.indexOf(first), 1)[0]!.close();
    // It has the lock by now, and waits for the row of the owner.
    await expect.poll(blocked).toBe(1);
    goOn.resolve();
    await write;
    expect(await (await storage).pausedTasks.all()).toEqual(new Set(['line']));
  });

  it('takes its lock again after the connection that held it broke', async () => {
    const clock = new VirtualClock(1_000);
    const storage = await open(clock);
    const [before] = await lockHolders();
    await cutLock();
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        return (await lockHolders()).filter(pid => pid !== before);
      })
      .toHaveLength(1);
    await expect(again()).rejects.toMatchObject({ code: 'storage.in-use' });
    await storage.pausedTasks.set('line' as TaskName, true);
  });

  it('says when the server is away, and goes on when it is back', async () => {
    const storage = await open();
    await server.stop();
    const refused = { code: 'storage.failed', message: expect.not.stringContaining('secret') };
    await expect(storage.pausedTasks.set('line' as TaskName, true)).rejects.toMatchObject(refused);
    await expect(again()).rejects.toMatchObject(refused);
    await server.startAgain();
    await storage.pausedTasks.set('line' as TaskName, true);
    expect(await storage.pausedTasks.all()).toEqual(new Set(['line']));
  });

  it('refuses a database of a newer version, and leaves it as it is', async () => {
    await open();
    await sql`insert into migrations (name) values ('from the future')`.execute(outside.rows);
    await expect(reopen()).rejects.toMatchObject({ code: 'storage.newer' });
    await sql`delete from migrations where name = 'from the future'`.execute(outside.rows);
    await expect(again()).resolves.toMatchObject({ durable: true });
  });

  it('says so where the bytes of a blob have changed, or are gone', async () => {
    const { blobs } = await open();
    const hash = await blobs.put(Uint8Array.from({ length: 200_000 }, (_, i) => i >> 10));
    await sql`update blob_blocks set bytes = set_byte(bytes, 7, 6) where number = 1`.execute(outside.rows);
    const corrupt = { code: 'model.corrupt' };
    await expect(blobs.get(hash)).rejects.toMatchObject(corrupt);
    await expect(blobs.open(hash)).rejects.toMatchObject(corrupt);
    await sql`delete from blob_blocks where number = 1`.execute(outside.rows);
    await expect(blobs.get(hash)).rejects.toMatchObject(corrupt);
    await expect(blobs.open(hash)).rejects.toMatchObject(corrupt);
  });

  it('is examined without being changed', async () => {
    const nothing = await server.freshDatabase();
    expect(await inspectDatabase(nothing, 0)).toBeNull();
    const storage = await open();
    const token = { id: 'a', digest: new Uint8Array(32), name: 'Ada', role: 'admin' } as const;
    await storage.operatorTokens.add({ ...token, createdAt: 0, expiresAt: null, revokedAt: null });
    expect(await inspectDatabase(address, 5)).toEqual({
      isTaken: true,
      newer: [],
      pending: 0,
      hasOperators: true,
      unreadable: [],
    });
    await opened.pop()!.close();
    expect(await inspectDatabase(address, 5)).toMatchObject({ isTaken: false });
    expect(await inspectDatabase(nothing, 0)).toBeNull();
  });

  it('has an audit log that can’t be changed nor shortened by whoever writes to it', async () => {
    const { audit } = await open();
    await audit.append({
      time: 1,
      actor: { id: 'a', name: 'Ada' },
      action: 'task.pause',
      subject: 'keyboard',
      outcome: 'done',
      changes: null,
    });
    await expect(sql`update audit set actor_name = 'Eve'`.execute(outside.rows)).rejects.toThrow(
      /only grows/,
    );
    await expect(sql`delete from audit`.execute(outside.rows)).rejects.toThrow(/only grows/);
    expect(await audit.list(9, 9)).toMatchObject([{ actor: { name: 'Ada' } }]);
  });
});

/** Connections that have the lock of a coordinator. */
async function lockHolders(): Promise<number[]> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_locks where locktype = 'advisory' and granted`.execute(outside.rows);
  return rows.map(({ pid }) => pid);
}

/** Transactions that wait for a lock of rows. */
async function blocked(): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*) as waiting from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and application_name not like 'murmuration lock%'`.execute(
    outside.rows,
  );
  return rows[0]!.waiting;
}
