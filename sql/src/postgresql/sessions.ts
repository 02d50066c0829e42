import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Kysely, type QueryExecutorProvider, sql } from 'kysely';
import type { AdvisoryLockOptions } from './advisory-lock.ts';

/** Transactions that look for a shared session: a pool may go around all of its sessions. */
const maxSessionTries = 4;

/** Connections to a database, and its description without a password. */
export interface Connected<Tables> {
  readonly rows: Kysely<Tables>;
  readonly description: string;
}

/**
 * Checks that each connection has its own session of the server, with the settings that it asks for. A pool
 * that shares sessions by transaction gives the advisory lock `key`, which this process has taken on another
 * connection, to any later client, and keeps it when the process is gone; in that case the lock is released
 * here. Throws `config.invalid` in that case, and as `requireSettings`.
 */
export async function requireSessions<Tables>(
  { rows, description }: Connected<Tables>,
  key: number,
  { shared = false }: Pick<AdvisoryLockOptions, 'shared'>,
): Promise<void> {
  for (let i = 0; i < maxSessionTries; i++)
    if (await rows.transaction().execute(session => letGo(session, key, shared)))
      throw refusal(description, 'shares sessions, and so their locks');
  await requireSettings({ rows, description });
}

/**
 * Checks that the server knows the settings of its connections: if a pool drops them, connections wait for
 * locks without end, and locks of dead machines stay. Throws `config.invalid` in that case.
 */
export async function requireSettings<Tables>({ rows, description }: Connected<Tables>): Promise<void> {
  const { rows: found } = await sql<{ lockTimeout: string }>`
    select current_setting('lock_timeout') as "lockTimeout"`.execute(rows);
  if (found[0]?.lockTimeout === '0') throw refusal(description, 'drops what they ask for');
}

/** Releases a lock if a session has it that did not take it; true if it had. */
async function letGo(session: QueryExecutorProvider, key: number, shared: boolean): Promise<boolean> {
  const { rows: found } = await sql`
    select 1 from pg_locks where locktype = 'advisory' and objsubid = 1 and pid = pg_backend_pid()
    and ((classid::bigint << 32) | objid::bigint) = ${sql.lit(key)}`.execute(session);
  if (found.length === 0) return false;
  const unlock = sql.raw(shared ? 'pg_advisory_unlock_shared' : 'pg_advisory_unlock');
  await sql`select ${unlock}(${sql.lit(key)})`.execute(session);
  return true;
}

const refusal = (description: string, what: string) =>
  new MurmurationError(
    'config.invalid',
    `The database ${description} is behind a pool of connections that ${what}. Give the address of the server itself.`,
  );
