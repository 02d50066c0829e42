// @module-tag postgresql

import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { termsOfPart } from '@murmuration/rounds/round/parts';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { partName } from '@murmuration/storage/leases/parts';
import type { DatabaseLeases } from '@murmuration/storage/postgresql/leases';
import { openPostgresqlStorage } from '@murmuration/storage/postgresql/storage';
import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resultOf, spreadTerms } from '../../../../contract/round-parts.ts';
import { checkpointOf, recordOf, roundA, termsOf } from '../../../../contract/rounds.ts';
import { taskLeasesContract } from '../../../../contract/task-leases.ts';
import { PostgresqlServer } from '../../../../postgresql-server.ts';

type Opened = Awaited<ReturnType<typeof openPostgresqlStorage>>;

const keyboard = 'keyboard' as TaskName;
let server: PostgresqlServer;
let address: string;
let outside: { rows: Kysely<unknown>; close(): Promise<void> };
const opened: Opened[] = [];
const outsides: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  server = await PostgresqlServer.start();
});
afterEach(async () => {
  for (const each of [...opened.splice(0), ...outsides.splice(0)]) await each.close();
});
afterAll(async () => {
  await server.remove();
});

/** Makes the tables, which all tests begin with. */
const withTables = async (empty: string) => {
  const storage = await openPostgresqlStorage(empty, new VirtualClock(1_000), { role: 'cell' });
  await storage.close();
};

async function fresh(): Promise<void> {
  address = await server.freshDatabase(withTables);
  outside = await openPostgresql<unknown>(address);
  outsides.push(outside);
}

async function open(
  role: 'all' | 'cell' | 'front',
  waiting?: () => void,
  clock = new VirtualClock(1_000),
): Promise<Opened> {
  // Its clock stands still: a lock that is lost is not taken again.
  const storage = await openPostgresqlStorage(address, clock, { role, waiting });
  opened.push(storage);
  return storage;
}

interface OpenedCell {
  readonly storage: Opened;
  readonly leases: DatabaseLeases;
  /** Processes of the server for the connections by which it says that it lives. */
  readonly own: readonly number[];
  /** Cuts it off: the server forgets these connections; all others stay. */
  vanish(): Promise<void>;
}

async function openCell(clock?: VirtualClock): Promise<OpenedCell> {
  const before = await locks();
  const storage = await open('cell', undefined, clock);
  const own = (await locks()).filter(pid => !before.includes(pid));
  return {
    storage,
    own,
    leases: storage.leases as DatabaseLeases,
    async vanish() {
      for (const pid of own) await sql`select pg_terminate_backend(${pid}, 5000)`.execute(outside.rows);
    },
  };
}

async function locks(): Promise<readonly number[]> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity where application_name like 'murmuration lock%'
    and datname = current_database()`.execute(outside.rows);
  return rows.map(({ pid }) => pid);
}

taskLeasesContract('a database of PostgreSQL', async () => {
  await fresh();
  return [await openCell(), await openCell()];
});

describe('a database of PostgreSQL that cells share', () => {
  it('takes nothing more from a cell that was cut off and replaced, whatever it writes (a late writer changes nothing)', async () => {
    await fresh();
    const late = await openCell();
    const { leases } = await openCell();
    await leases.announce([keyboard]);
    await late.leases.take(keyboard, 'http://127.0.0.1:1');
    const { rounds, history, devices, blobs, settings, aliases, privacy } = late.storage;
    await rounds.begin(termsOf(roundA));
    await privacy.open({ id: 'b1', task: keyboard, terms: null, openedAt: 1 });
    await late.vanish();
    expect(await leases.take(keyboard, 'http://127.0.0.1:2')).toBe(true);

    const inUse = { code: 'storage.in-use' };
    const device = 'device'.padEnd(22, '-') as DeviceId;
    const seed = new Uint8Array(32);
    const step = { budget: 'b1', step: 0, round: roundA, seed, contributors: [device], oldest: 0 };
    const writes = [
      () => rounds.append(roundA, [{ type: 'tick', time: 3 } as never]),
      () => rounds.checkpoint(roundA, checkpointOf('one'), { erase: false }),
      () => history.commit({ round: recordOf(roundA) }),
      () => aliases.change(keyboard, []),
      () =>
        settings.put({ task: keyboard, planVersion: 2, settings: {}, changedAt: 1, changedBy: 'x' } as never),
      () => blobs.put(new Uint8Array([1, 2, 3])),
      () => devices.revoke('AAAAAAAAAAAAAAAAAAAAAA' as never, 1),
      () => privacy.claim(step),
      () => privacy.open({ id: 'b2', task: keyboard, terms: null, openedAt: 2 }),
    ];
    for (const write of writes) await expect(write()).rejects.toMatchObject(inUse);
    // Nor does it where it has let go of what it had: it is about to end.
    await late.leases.release();
    for (const write of writes) await expect(write()).rejects.toMatchObject(inUse);
    const { rows } = await sql<{ count: string }>`
      select (select count(*) from journal) + (select count(*) from checkpoints) + (select count(*) from blobs)
        + (select count(*) from rounds) as count`.execute(outside.rows);
    expect(Number(rows[0]!.count)).toBe(0);
    // The round is there for the one that has the task now.
    const [saved] = await opened.at(-1)!.rounds.underWay();
    expect(saved?.terms.id).toBe(roundA);
  });

  it('takes what several processes count of the same hours and devices at the same time, in whatever order', async () => {
    await fresh();
    const { storage } = await openCell();
    const others = [storage, (await openCell()).storage];
    const counts = Array.from({ length: 40 }, (_, i) => ({
      hour: 0,
      series: 'check-ins' as const,
      task: keyboard,
      name: `answer ${i}`,
      count: 1,
    }));
    const seen = Array.from({ length: 200 }, (_, i) => ({
      device: `device-${i}`.padEnd(22, '-') as DeviceId,
      seenAt: i,
      tasks: [{ task: keyboard, rounds: 1, updates: 1, lastAt: i }],
    }));
    const turns = 12;
    await Promise.all(
      others.map(async ({ hourlyCounts, activity }, process) => {
        const inOrder = <Item>(items: readonly Item[]) => (process === 0 ? items : items.toReversed());
        for (let turn = 0; turn < turns; turn++) {
          await hourlyCounts.add(inOrder(counts), 0);
          await activity.record(inOrder(seen));
        }
      }),
    );
    const found = await storage.hourlyCounts.since('check-ins', 0);
    expect(found.map(({ count }) => count)).toEqual(Array(40).fill(2 * turns));
  });

  it('says that leases are its own only as long as the server answers where it has the lock, whatever else answers', async () => {
    await fresh();
    const clock = new VirtualClock(1_000);
    const { leases, own } = await openCell(clock);
    await leases.announce([keyboard]);
    await leases.take(keyboard, 'http://127.0.0.1:1');
    await leases.require();
    // After a disturbance: the server will find these connections dead, and give the tasks to another cell, while others go on.
    for (const pid of own) process.kill(pid, 'SIGSTOP');
    try {
      for (let look = 0; look < 2; look++) {
        const required = leases.require().then(
          () => 'its own',
          (error: MurmurationError) => error.code,
        );
        await clock.advance(2_000);
        expect(await required).toBe('storage.failed');
      }
    } finally {
      for (const pid of own) process.kill(pid, 'SIGCONT');
    }
    await leases.require();
  });

  it('takes no result of a part from a cell that has lost the part, and one from the cell that has it now', async () => {
    await fresh();
    const part = partName(keyboard, 2);
    const late = await openCell();
    const { storage, leases } = await openCell();
    const leader = await openCell();
    await leases.announce([keyboard, part]);
    await leader.leases.take(keyboard, 'http://127.0.0.1:3');
    await leader.storage.rounds.begin(spreadTerms(roundA));
    const terms = termsOfPart(spreadTerms(roundA), 2);
    await late.leases.take(part, 'http://127.0.0.1:1');
    await late.storage.rounds.begin(terms);
    await late.vanish();
    expect(await leases.take(part, 'http://127.0.0.1:2')).toBe(true);

    const sum = new Uint8Array([1, 2, 3]);
    await expect(late.storage.parts.end(terms, resultOf(roundA, 'late'), sum)).rejects.toMatchObject({
      code: 'storage.in-use',
    });
    await expect(late.storage.parts.forget(terms)).rejects.toMatchObject({ code: 'storage.in-use' });
    expect(await leader.storage.parts.results(roundA)).toEqual(new Map());
    expect((await storage.rounds.underWay()).map(({ terms }) => 'part' in terms && terms.part)).toEqual([
      false,
      2,
    ]);

    await storage.parts.end(terms, resultOf(roundA, 'one'), sum);
    expect(await leader.storage.parts.results(roundA)).toEqual(new Map([[2, resultOf(roundA, 'one')]]));
    // It is gone with the round, whatever comes after that.
    await leader.storage.history.commit({ round: recordOf(roundA) });
    await storage.parts.end(terms, resultOf(roundA, 'one'), sum);
    expect(await leader.storage.parts.results(roundA)).toEqual(new Map());
  });

  it('leaves no result of a part behind whose round ends at the same moment', async () => {
    await fresh();
    const { storage, leases } = await openCell();
    await leases.announce([keyboard]);
    await leases.take(keyboard, 'http://127.0.0.1:1');
    const other = await openCell();
    for (let i = 0; i < 20; i++) {
      const round = `round-${i}`.padEnd(22, '-') as RoundId;
      await storage.rounds.begin(spreadTerms(round));
      const parts = [1, 2, 3].map(part => termsOfPart(spreadTerms(round), part));
      await Promise.all([
        storage.history.commit({ round: { ...recordOf(round), number: i } }),
        ...parts.map(terms => other.storage.parts.end(terms, resultOf(round, 'one'), new Uint8Array(10))),
      ]);
      expect(await storage.parts.results(round)).toEqual(new Map());
    }
  });

  it('has a cell that takes a task wait for a write of the one before that has begun, or leave the task', async () => {
    await fresh();
    const late = await openCell();
    const { leases } = await openCell();
    await leases.announce([keyboard]);
    await late.leases.take(keyboard, 'http://127.0.0.1:1');
    let taken: boolean | undefined;
    const tables = await openPostgresql<never>(address);
    outsides.push(tables);
    await tables.rows.transaction().execute(async rows => {
      await late.leases.guard(rows);
      await late.vanish();
      taken = await leases.take(keyboard, 'http://127.0.0.1:2');
    });
    expect(taken).toBe(false);
    expect(await leases.take(keyboard, 'http://127.0.0.1:2')).toBe(true);
  });

  it('is for no coordinator that wants it for itself, and the other way round', async () => {
    await fresh();
    const cell = await open('cell');
    await open('front');
    await expect(open('all')).rejects.toMatchObject({ code: 'storage.in-use' });
    await cell.close();
    for (const each of opened.splice(0)) await each.close();
    await open('all');
    await expect(open('cell')).rejects.toMatchObject({ code: 'storage.in-use' });
    await expect(open('front')).rejects.toMatchObject({ code: 'storage.in-use' });
  });

  it('fences a coordinator that had it for itself and was cut off, and cells before one that takes it for itself', async () => {
    await fresh();
    const before = await locks();
    const whole = await open('all');
    const own = (await locks()).filter(pid => !before.includes(pid));
    for (const pid of own) await sql`select pg_terminate_backend(${pid}, 5000)`.execute(outside.rows);
    const cell = await openCell();
    await expect(whole.blobs.put(new Uint8Array([1]))).rejects.toMatchObject({ code: 'storage.in-use' });
    await cell.leases.announce([keyboard]);
    await cell.leases.take(keyboard, 'http://127.0.0.1:1');
    await cell.vanish();
    await open('all');
    await expect(cell.storage.blobs.put(new Uint8Array([1]))).rejects.toMatchObject({
      code: 'storage.in-use',
    });
  });

  it('sweeps away no file that another cell has just put', async () => {
    await fresh();
    const [first, second] = [await openCell(), await openCell()];
    const hash = await first.storage.blobs.put(new Uint8Array([1, 2, 3]));
    expect(await second.storage.blobs.sweep(new Set(), 500)).toEqual([]);
    expect(await second.storage.blobs.get(hash)).toEqual(new Uint8Array([1, 2, 3]));
    expect(await second.storage.blobs.sweep(new Set(), 2_000)).toEqual([hash]);
  });
});
