import { hostname } from 'node:os';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from '../rows/schema.ts';

/**
 * Makes this process the owner of a database, in place of whoever was: what that writes from now on fails. Returns what each
 * transaction has to ask first, and which throws `storage.in-use` once another process is the owner. Owners are told apart by a number
 * that each of them makes larger by one (a fencing token).
 */
export async function own(
  database: Kysely<Tables>,
  description: string,
): Promise<(rows: Transaction<Tables>) => Promise<void>> {
  const who = { process: hostname(), pid: process.pid };
  // Waits for transactions of the owner before, which hold its row as it was.
  const { token } = await database
    .insertInto('owner')
    .values({ id: 1, token: '1', ...who, file: '' })
    .onConflict(conflict =>
      conflict
        .column('id')
        .doUpdateSet({ token: sql<string>`cast(cast(owner.token as bigint) + 1 as text)`, ...who }),
    )
    .returning('token')
    .executeTakeFirstOrThrow();
  return async rows => {
    const { rows: found } = await sql<{ token: string }>`select token from owner for share`.execute(rows);
    if (found[0]?.token !== token) throw inUse(description);
  };
}

/** That another coordinator has the database. */
export function inUse(description: string): MurmurationError {
  return new MurmurationError(
    'storage.in-use',
    `Another coordinator has the database ${description}; stop it first, start this one with "standby" to take over when that ends, or choose another database.`,
  );
}
