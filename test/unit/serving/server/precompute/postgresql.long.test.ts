// @module-tag postgresql
import { afterAll, beforeAll } from 'vitest';
import { precomputeContract } from '../../../../contract/precompute.ts';
import { PostgresqlServer } from '../../../../postgresql-server.ts';

let server: PostgresqlServer;
beforeAll(async () => {
  server = await PostgresqlServer.start();
});
afterAll(() => server?.remove());

precomputeContract('PostgreSQL', () => server.emptyDatabase());
