// @module-tag postgresql
import { afterAll, beforeAll } from 'vitest';
import { logDatabaseContract } from '../../../../contract/log-database.ts';
import { PostgresqlServer } from '../../../../postgresql-server.ts';

let server: PostgresqlServer;

beforeAll(async () => {
  server = await PostgresqlServer.start();
});

afterAll(() => server?.remove());

logDatabaseContract('PostgreSQL', () => server.emptyDatabase());
