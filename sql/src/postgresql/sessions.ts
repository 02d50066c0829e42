import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { sql, type Transaction } from 'kysely';
import type { AdvisoryLockOptions } from './advisory-lock.ts';
import { openPostgresql } from './open.ts';

/** Transactions by which a session that is shared is looked for: a pool may go around all that it has. */
const tries = 8;

/** What one transaction finds of its session. */
interface Session {
  /** Whether it has the lock. */
  readonly isShared: boolean;
  readonly lockTimeout: string;
}

/**
 * Makes sure that each connection to `address` has a session of the server to itself, with the settings that it asks for. A pool that shares sessions
 * by transaction gives the advisory lock `key`, which this process has taken on another connection, to whoever comes next, and keeps it when the
 * process is gone: there it is let go of. One that drops settings lets others wait for locks without end. Throws `config.invalid` where either is
 * so, and as `openPostgresql`.
 */
export async function requireSessions(
  address: string,
  key: number,
  { shared = false }: Pick<AdvisoryLockOptions, 'shared'>,
): Promise<void> {
  const { rows, description, close } = await openPostgresql<unknown>(address, { connections: 1 });
  try {
    for (let i = 0; i < tries; i++) {
      const { isShared, lockTimeout } = await rows
        .transaction()
        .execute(session => look(session, key, shared));
      if (isShared || lockTimeout === '0')
        throw new MurmurationError(
          'config.invalid',
          `The database ${description} is behind a pool of connections that ${
            isShared ? 'shares sessions, and so their locks' : 'drops what they ask for'
          }. Give the address of the server itself.`,
        );
    }
  } finally {
    await close();
  }
}

async function look(session: Transaction<unknown>, key: number, shared: boolean): Promise<Session> {
  const { rows: found } = await sql<Session>`
    select current_setting('lock_timeout') as "lockTimeout", exists (
      select 1 from pg_locks where locktype = 'advisory' and objsubid = 1 and pid = pg_backend_pid()
      and ((classid::bigint << 32) | objid::bigint) = ${sql.lit(key)}
    ) as "isShared"`.execute(session);
  const [state] = found;
  if (state?.isShared)
    await sql`select ${sql.raw(shared ? 'pg_advisory_unlock_shared' : 'pg_advisory_unlock')}(${sql.lit(key)})`.execute(
      session,
    );
  return state!;
}
