// @module-tag postgresql

import { systemClock } from '@murmuration/protocol/time/system-clock';
import { type OpenPostgresql, openPostgresql } from '@murmuration/sql/postgresql/open';
import { openStorage } from '@murmuration/storage/storage';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresqlServer } from '../postgresql-server.ts';
import { enrolmentToken } from './line.ts';
import { PackedProcess } from './processes.ts';

let server: PostgresqlServer;
let storage: string;
let outside: OpenPostgresql<unknown>;
const started: PackedProcess[] = [];

beforeAll(async () => {
  server = await PostgresqlServer.start();
  storage = await server.freshDatabase();
  // Its tables.
  await (await openStorage(storage, systemClock, { role: 'cell' })).close();
  outside = await openPostgresql(storage);
});

afterAll(async () => {
  for (const each of started) {
    each.child.kill('SIGKILL');
    await each.ended();
  }
  await outside.close();
  await server.remove();
});

function serve(role: 'front' | 'cell'): PackedProcess {
  const tasks = role === 'cell' ? ['test/e2e/line-task.ts'] : [];
  const process = new PackedProcess('coordinator/cli/src/cli.ts', ['serve', '--role', role, ...tasks], {
    MURMURATION_STORAGE: storage,
    MURMURATION_PORT: '0',
    MURMURATION_ENROLMENT_TOKENS: enrolmentToken,
  });
  started.push(process);
  return process;
}

/** Has whoever asks for the key of tickets wait, for as long as `during` takes. */
async function slowly(during: () => Promise<void>): Promise<void> {
  const held = await outside.rows.startTransaction().execute();
  await sql`lock table ticket_keys in access exclusive mode`.execute(held);
  try {
    await during();
  } finally {
    await held.rollback().execute();
  }
}

describe('a front or a cell whose database does not answer at the start', () => {
  it.each(['front', 'cell'] as const)(
    'says that it waits, and listens once there is an answer (%s)',
    async role => {
      const program = serve(role);
      await slowly(async () => {
        await program.printed(
          /The start waits for the database, which does not answer in time\. The database postgres:/,
        );
        expect(program.output).not.toContain('listens on');
        expect(program.output).not.toContain('a secret of tests');
      });
      await program.printed(/listens on http/);
      program.child.kill('SIGTERM');
      expect(await program.ended()).toBe(0);
    },
    60_000,
  );

  it.each(['front', 'cell'] as const)(
    'ends at once where it is told to meanwhile, and leaves no lock (%s)',
    async role => {
      const program = serve(role);
      await slowly(async () => {
        await program.printed(/The start waits for the database/);
        program.child.kill('SIGTERM');
        expect(await program.ended()).toBe(0);
      });
      expect(program.errors).not.toContain('a secret of tests');
      // One that has the database for itself can start.
      const { close } = await openStorage(storage, systemClock, { role: 'all', waiting: () => {} });
      await close();
    },
    60_000,
  );
});
