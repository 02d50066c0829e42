// @module-tag postgresql
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { fetchFront } from '@murmuration/coordinator/fetch';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { openPostgresqlStorage } from '@murmuration/storage/postgresql/storage';
import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresqlServer } from '../postgresql-server.ts';
import { enrolmentToken, lineTask } from './line.ts';
import { PollingDevice } from './polling-device.ts';

/** Devices that come at the same time. */
const devices = 60;

let server: PostgresqlServer;
let address: string;
let outside: { rows: Kysely<unknown>; close(): Promise<void> };
let roles = 0;
/** What is to be closed, the last first. */
let opened: (() => Promise<unknown>)[];
const native = globalThis.fetch;

beforeAll(async () => {
  server = await PostgresqlServer.start();
});
beforeEach(async () => {
  opened = [];
  address = await server.freshDatabase();
  outside = await openPostgresql<unknown>(address);
  opened.push(() => outside.close());
});
afterEach(async () => {
  globalThis.fetch = native;
  for (const close of opened.reverse()) await close();
});
afterAll(() => server.remove());

/** The address of the database for somebody of whom the server takes so many connections, and refuses any further one. */
async function limited(most: number): Promise<{ address: string; user: string }> {
  const user = `instance_${++roles}`;
  await sql`create role ${sql.ref(user)} login password 'one of tests' connection limit ${sql.lit(most)}`.execute(
    outside.rows,
  );
  const url = new URL(address);
  await sql`alter database ${sql.ref(url.pathname.slice(1))} owner to ${sql.ref(user)}`.execute(outside.rows);
  url.username = user;
  url.password = 'one of tests';
  return { address: url.href, user };
}

/** Asks the server how many connections somebody has until `work` is over; the most that were seen. */
async function mostWhile(user: string, work: Promise<unknown>): Promise<number> {
  let isOver = false;
  const ended = work.finally(() => {
    isOver = true;
  });
  let most = 0;
  while (!isOver) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from pg_stat_activity where usename = ${user}`.execute(outside.rows);
    most = Math.max(most, rows[0]!.count);
  }
  await ended;
  return most;
}

const configOf = (role: string, storage: string, databaseConnections?: number) =>
  parseConfig({
    ...{ role, storage, port: 0, log: 'silent', enrolmentTokens: [enrolmentToken] },
    ...(databaseConnections !== undefined && { databaseConnections }),
  });

/** Has many devices come at once, each of which enrols and says hello, and checks in where that is for it to do. */
async function comeAllAtOnce(url: string, { checkIn }: { checkIn: boolean }): Promise<void> {
  const come = async () => {
    const device = new PollingDevice(url);
    await device.open();
    await device.challenged();
    await device.enrol();
    await device.hello();
    if (checkIn) await expect(device.checkIn()).resolves.toMatchObject({ decision: 'later' });
  };
  await Promise.all(Array.from({ length: devices }, come));
}

/** A task of which a cell was there once, and none is now: devices are told to come again. */
async function announce(storage: string): Promise<void> {
  const { leases, close } = await openPostgresqlStorage(storage, systemClock, { role: 'cell' });
  await leases!.announce(['line' as never]);
  await close();
}

describe('connections to the database', () => {
  it.each([
    ['by default', undefined, 2],
    ['where it says so', 1, 1],
  ])('of a front as a function are few %s, however many requests it has at once', async (_, said, most) => {
    const own = await limited(most);
    await announce(address);
    await sql`grant all on all tables in schema public to ${sql.ref(own.user)}`.execute(outside.rows);
    const front = await fetchFront(configOf('front', own.address, said));
    opened.push(() => front.close());
    globalThis.fetch = (input, init) => front.fetch(new Request(input, init));
    const seen = await mostWhile(own.user, comeAllAtOnce('https://learn.example.org', { checkIn: true }));
    expect(seen).toBe(most);
    // Nothing of it is there beyond a transaction, such as a lock.
    const { rows } = await sql`
      select * from pg_locks join pg_stat_activity using (pid) where usename = ${own.user}`.execute(
      outside.rows,
    );
    expect(rows).toEqual([]);
  });

  it.each([
    ['front', undefined, 11],
    ['front', 3, 3],
    ['cell', undefined, 12],
    ['cell', 4, 4],
    ['all', undefined, 10],
    ['all', 3, 3],
  ])('of the role %s are bounded (databaseConnections: %s)', async (role, said, most) => {
    const own = await limited(most);
    const faults: unknown[] = [];
    const coordinator = await createCoordinator(
      configOf(role, own.address, said),
      role === 'front' ? [] : [lineTask()],
      { clock: systemClock, random: systemRandom },
    );
    opened.push(() => coordinator.stop());
    coordinator.events.on('fault', (...fault) => void faults.push(fault));
    const seen = await mostWhile(own.user, comeAllAtOnce(coordinator.url, { checkIn: false }));
    expect(seen).toBeLessThanOrEqual(most);
    expect(seen).toBeGreaterThanOrEqual(Math.min(3, most));
    expect(faults).toEqual([]);
  });

  it.each([
    ['front', 2],
    ['cell', 3],
    ['all', 2],
  ])('are refused where they are too few for the role %s', async (role, most) => {
    await expect(
      openPostgresqlStorage(address, systemClock, { role: role as 'cell', connections: most }),
    ).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining(`${most + 1} or more`),
    });
  });
});

describe('a front as a function', () => {
  const open = async (role: 'all' | 'cell' | 'front' | 'function') => {
    const storage = await openPostgresqlStorage(address, new VirtualClock(1_000), { role });
    opened.push(() => storage.close());
    return storage;
  };
  const inUse = { code: 'storage.in-use' };
  const isRevoked = async () => {
    const { rows } = await sql`select * from devices where revoked_at is not null`.execute(outside.rows);
    return rows.length > 0;
  };

  it('neither begins nor writes anything while a coordinator has the database for itself', async () => {
    const before = await open('function');
    const whole = await open('all');
    await expect(before.devices.revoke('AAAAAAAAAAAAAAAAAAAAAA' as never, 1)).rejects.toMatchObject(inUse);
    expect(await isRevoked()).toBe(false);
    await expect(open('function')).rejects.toMatchObject(inUse);
    await whole.close();
    await before.devices.revoke('AAAAAAAAAAAAAAAAAAAAAA' as never, 1);
    await open('function');
  });

  it('ends a coordinator that had the database for itself and was cut off', async () => {
    const whole = await open('all');
    await sql`
      select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where application_name like 'murmuration lock%' and datname = current_database()`.execute(outside.rows);
    await open('function');
    await expect(whole.pausedTasks.set('line' as never, true)).rejects.toMatchObject(inUse);
  });

  it('takes no number of a cell, and cells count each other beyond a million starts', async () => {
    await open('cell');
    const token = async () => {
      const { rows } = await sql<{ token: string }>`select token from owner`.execute(outside.rows);
      return rows[0]!.token;
    };
    const before = await token();
    await open('function');
    await open('front');
    expect(await token()).toBe(before);
    await sql`update owner set token = ${String(2 ** 20 + 7)}`.execute(outside.rows);
    const { leases } = await open('cell');
    expect(await leases!.living()).toBe(2);
    await leases!.announce(['line' as never]);
    expect(await leases!.take('line' as never, 'http://127.0.0.1:1')).toBe(true);
    expect((await leases!.places())[0]!.cell).toBe('http://127.0.0.1:1');
  });
});
