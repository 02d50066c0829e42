// @module-tag postgresql
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { runDump } from '../left-behind.ts';
import { PostgresqlServer } from '../postgresql-server.ts';
import { upgradeHolds } from './ledger-upgrade.ts';

describe('a database of PostgreSQL of a version between 0.2.0 and this one', () => {
  let server: PostgresqlServer;
  let address: string;
  afterAll(() => server.remove());

  upgradeHolds('0.2.0-a3e480f6/database', async folder => {
    server = await PostgresqlServer.start();
    address = await server.freshDatabase();
    await runDump(address, await readFile(join(folder, 'database.sql'), 'utf8'));
    return address;
  });

  it('has the request log in its table', async () => {
    const { rows, close } = await openPostgresql(address, { connections: 1 });
    const { rows: found } = await sql<{ event: string }>`select event from request_log`.execute(rows);
    await close();
    expect(found.filter(({ event }) => /response/.test(JSON.parse(event).type))).toHaveLength(12);
  });
});
