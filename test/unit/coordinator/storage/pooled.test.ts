// @module-tag postgresql
// @module-tag pgbouncer

import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { takeAdvisoryLock } from '@murmuration/sql/postgresql/advisory-lock';
import type { StorageRole } from '@murmuration/storage/postgresql/connections';
import { inspectDatabase } from '@murmuration/storage/postgresql/inspect';
import { coordinatorLock, openPostgresqlStorage } from '@murmuration/storage/postgresql/storage';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PgBouncer, type PgBouncerOptions } from '../../../pgbouncer.ts';
import { PostgresqlServer } from '../../../postgresql-server.ts';

let server: PostgresqlServer;
let database: string;
const opened: (() => Promise<void>)[] = [];
beforeAll(async () => {
  server = await PostgresqlServer.start();
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});
afterAll(() => server.remove());

/** What a coordinator asks for its connections. */
const ignored = ['options', 'lock_timeout', 'idle_in_transaction_session_timeout'];

/** The address of a database through a pool. */
async function pooled(options: Omit<PgBouncerOptions, 'server'>): Promise<string> {
  const pool = await PgBouncer.start({ server: database, ...options });
  opened.push(() => pool.remove());
  return pool.address(database);
}

async function open(address: string, role: StorageRole = 'all') {
  const storage = await openPostgresqlStorage(address, systemClock, { role });
  opened.push(() => storage.close());
  return storage;
}

describe('a database behind PgBouncer', () => {
  it.each([
    ['all', 'shares sessions by transaction, the one that was used last', 'transaction', false],
    ['all', 'shares sessions by transaction, one after the other', 'transaction', true],
    ['all', 'drops what connections ask for', 'session', false],
    ['cell', 'shares sessions by transaction, the one that was used last', 'transaction', false],
    ['front', 'shares sessions by transaction, one after the other', 'transaction', true],
  ] as const)('is refused for the role %s where that %s', async (role, _, mode, roundRobin) => {
    database = await server.freshDatabase();
    await expect(open(await pooled({ mode, ignored, roundRobin }), role)).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringMatching(/ is behind a pool .* Give the address of the server itself\.$/),
    });
    // Nothing is left locked, as soon as the server has seen the end of the connection.
    const lock = await takeAdvisoryLock(database, coordinatorLock, { clock: systemClock, waiting() {} });
    await lock!.release();
  });

  it('is a storage for a function, which keeps no lock from one transaction to the next', async () => {
    database = await server.freshDatabase();
    await (await openPostgresqlStorage(database, systemClock)).close();
    const address = await pooled({ mode: 'transaction', ignored, roundRobin: true });
    const { devices } = await open(address, 'function');
    const all = Array.from({ length: 20 }, (_, index) => ({
      id: `device-${index}`.padEnd(22, '-') as DeviceId,
      publicKey: new Uint8Array(32).fill(index),
      certificate: undefined,
      enrolledAt: 1_000 + index,
      revokedAt: null,
    }));
    expect(await Promise.all(all.map(device => devices.add(device)))).toEqual(all.map(() => true));
    expect(await devices.list({ after: undefined, limit: 100 })).toEqual(all.toReversed());
  });

  it('is found at a look as well', async () => {
    database = await server.freshDatabase();
    const address = await pooled({ mode: 'transaction', ignored });
    await expect(inspectDatabase(address, 0)).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringMatching(/ is behind a pool .* Give the address of the server itself\.$/),
    });
  });

  it('says what to do where the pool does not know what connections ask for', async () => {
    database = await server.freshDatabase();
    await expect(open(await pooled({ mode: 'session' }))).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringMatching(
        /unsupported startup parameter.* give the address of the server itself\.$/,
      ),
    });
  });
});
