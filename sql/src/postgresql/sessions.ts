import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Kysely, type QueryExecutorProvider, sql } from 'kysely';
import type { AdvisoryLockOptions } from './advisory-lock.ts';

/** Transactions by which a session that is shared is looked for: a pool may go around all that it has. */
const tries = 4;

/** Connections to a database, which is named to people without a password. */
export interface Connected<Tables> {
  readonly rows: Kysely<Tables>;
  readonly description: string;
}

/**
 * Makes sure that each connection has a session of the server to itself, with the settings that it asks for. A pool that shares sessions by
 * transaction gives the advisory lock `key`, which this process has taken on another connection, to whoever comes next, and keeps it when the process
 * is gone: there it is let go of. Throws `config.invalid` where that is so, and as `requireSettings`.
 */
export async function requireSessions<Tables>(
  { rows, description }: Connected<Tables>,
  key: number,
  { shared = false }: Pick<AdvisoryLockOptions, 'shared'>,
): Promise<void> {
  for (let i = 0; i < tries; i++)
    if (await rows.transaction().execute(session => letGo(session, key, shared)))
      throw refusal(description, 'shares sessions, and so their locks');
  await requireSettings({ rows, description });
}

/**
 * Makes sure that the server knows what connections ask for: where a pool drops it, they wait for locks without end, and what dead machines have
 * locked stays so. Throws `config.invalid` where that is so.
 */
export async function requireSettings<Tables>({ rows, description }: Connected<Tables>): Promise<void> {
  const { rows: found } = await sql<{ lockTimeout: string }>`
    select current_setting('lock_timeout') as "lockTimeout"`.execute(rows);
  if (found[0]?.lockTimeout === '0') throw refusal(description, 'drops what they ask for');
}

/** Lets go of a lock where a session has it that did not take it; whether it had. */
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
