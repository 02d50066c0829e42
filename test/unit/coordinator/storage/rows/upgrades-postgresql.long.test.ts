// @module-tag postgresql
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { leftBehind, runDump } from '../../../../left-behind.ts';
import { PostgresqlServer } from '../../../../postgresql-server.ts';
import { migrationsHold } from './upgrades.ts';

describe('upgrades of a database of PostgreSQL between 0.2.0 and this version', {
  tags: ['postgresql'],
}, () => {
  let folder: string;
  let server: PostgresqlServer;
  beforeAll(async () => {
    folder = await leftBehind('0.2.0-a3e480f6/database');
    server = await PostgresqlServer.start();
  });
  afterAll(async () => {
    await server.remove();
    await rm(folder, { recursive: true });
  });

  const prepare = async (address: string) => {
    // The request log is no table of the coordinator.
    const dump = await readFile(join(folder, 'database.sql'), 'utf8');
    await runDump(address, `${dump};\ndrop table public.request_log`);
  };
  migrationsHold(12, { fresh: () => server.freshDatabase(), copy: () => server.freshDatabase(prepare) });
});
