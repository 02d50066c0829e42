// @module-tag postgresql

import type { TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import type { DatabaseLeases } from '@murmuration/storage/postgresql/leases';
import { openPostgresqlStorage } from '@murmuration/storage/postgresql/storage';
import type { Tables } from '@murmuration/storage/rows/schema';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recordOf, roundA, termsOf } from '../../contract/rounds.ts';
import { PostgresqlServer } from '../../postgresql-server.ts';

const keyboard = 'keyboard' as TaskName;
const [firstUrl, secondUrl] = ['http://127.0.0.1:1', 'http://127.0.0.1:2'];
type Opened = Awaited<ReturnType<typeof openPostgresqlStorage>>;

let server: PostgresqlServer;
const opened: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  server = await PostgresqlServer.start();
});
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close().catch(() => {});
});
afterAll(() => server.remove());

async function open(address: string, role: 'all' | 'cell', clock: VirtualClock, waiting?: () => void) {
  const storage = await openPostgresqlStorage(address, clock, { role, waiting });
  opened.push(storage);
  return storage;
}

/** A cell that has a task and a round of it under way, and another one, each with a clock of its own. */
async function twoCells() {
  const address = await server.freshDatabase();
  const clock = new VirtualClock(1_000);
  const owner = await open(address, 'cell', new VirtualClock(1_000));
  const other = await open(address, 'cell', clock);
  const [held, taker] = [owner, other].map(({ leases }) => leases as DatabaseLeases);
  await held!.announce([keyboard]);
  await held!.take(keyboard, firstUrl);
  await owner.rounds.begin(termsOf(roundA));
  await owner.probe();
  return { address, clock, owner, other, held: held!, taker: taker! };
}

/** What a cell that goes on does for so many ms. */
async function goOn(storage: Opened, clock: VirtualClock, ms: number): Promise<void> {
  for (let at = 0; at <= ms; at += 2_000) {
    await storage.probe();
    await clock.advance(2_000);
  }
}

describe('a cell whose process is stopped, with its connections as they are', () => {
  it('loses its tasks within 20 s, in the midst of a write too, and writes nothing once it wakes', async () => {
    const { address, clock, owner, other, held, taker } = await twoCells();
    const outside = await openPostgresql<never>(address);
    opened.push(outside);
    // The write of a stopped process keeps the row of its lease locked.
    const ids = await sql<{ session: string }>`select session from beats`.execute(outside.rows);
    const names = new Set(ids.rows.map(({ session }) => session));
    expect(names.size).toBe(1);
    const [session] = names;
    const stopped = await openPostgresql<Tables>(address, { session });
    opened.push(stopped);
    const writing = await stopped.rows.startTransaction().execute();
    opened.push({ close: () => writing.rollback().execute() });
    await held.guard(writing);

    await goOn(other, clock, 6_000);
    expect(await taker.take(keyboard, secondUrl)).toBe(false);
    await goOn(other, clock, 10_000);
    expect(await taker.take(keyboard, secondUrl)).toBe(true);

    const wokenUp = async () => {
      // Its connections are gone: the next ones tell it.
      await owner.history.commit({ round: recordOf(roundA) }).catch(() => {});
      await owner.history.commit({ round: recordOf(roundA) });
    };
    await expect(wokenUp()).rejects.toMatchObject({ code: 'storage.in-use' });
    await expect(writing.commit().execute()).rejects.toThrow();
    expect((await other.rounds.underWay()).map(({ terms }) => terms.id)).toEqual([roundA]);
  });

  it('keeps them where it was the database that did not answer, or where it goes on', async () => {
    const { clock, owner, other, taker } = await twoCells();
    await goOn(other, clock, 6_000);
    await clock.advance(60_000);
    // It has a moment to go on as well.
    await goOn(other, clock, 2_000);
    for (let i = 0; i < 10; i++) {
      await owner.probe();
      await goOn(other, clock, 0);
    }
    expect(await taker.take(keyboard, secondUrl)).toBe(false);
  });

  it('goes by its leases only as long as others leave it its sessions', async () => {
    const address = await server.freshDatabase();
    const clock = new VirtualClock(1_000);
    const owner = await open(address, 'cell', clock);
    const outside = await openPostgresql<{ beats: { session: string; count: number } }>(address);
    opened.push(outside);
    const leases = owner.leases!;
    await leases.announce([keyboard]);
    await leases.take(keyboard, firstUrl);
    const count = async () => (await outside.rows.selectFrom('beats').select('count').execute())[0]?.count;
    await leases.require();
    expect(await count()).toBe(1);
    await clock.advance(3_000);
    await leases.require();
    expect(await count()).toBe(1);
    await clock.advance(2_000);
    await leases.require();
    expect(await count()).toBe(2);
  });
});

describe('a coordinator that has the database for itself and whose process is stopped', () => {
  it('is replaced by the one that stands by, and writes nothing once it wakes', async () => {
    const address = await server.freshDatabase();
    const owner = await open(address, 'all', new VirtualClock(1_000));
    await owner.probe();
    const clock = new VirtualClock(1_000);
    let hasOpened = false;
    let waiting = () => {};
    const waits = new Promise<void>(resolve => {
      waiting = resolve;
    });
    const opening = open(address, 'all', clock, waiting).finally(() => {
      hasOpened = true;
    });
    await waits;
    const outside = await openPostgresql<never>(address);
    opened.push(outside);
    // Its looks take as long as the server takes: each turn asks that first.
    while (!hasOpened) {
      await sql`select 1`.execute(outside.rows);
      await clock.advance(500);
    }
    const standby = await opening;
    await owner.probe().catch(() => {});
    await owner.blobs.put(new Uint8Array([1])).catch(() => {});
    await expect(owner.blobs.put(new Uint8Array([1]))).rejects.toMatchObject({ code: 'storage.in-use' });
    await standby.blobs.put(new Uint8Array([1]));
  });
});
