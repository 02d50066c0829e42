import { hostname } from 'node:os';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from '../rows/schema.ts';

interface Ownership {
  /** Number of the owner, larger by one than the one before (a fencing token). */
  readonly token: number;
  /** Guard of each transaction. Throws `storage.in-use` once another process is the owner. */
  readonly guard: (rows: Transaction<Tables>) => Promise<void>;
}

/** Values of the owner row's `file`: the last owner has the database for itself, or shares it. */
const alone = '';
const shared = 'shared';

/**
 * Makes this process the owner of a database, in place of the one before, or of cells, whose writes fail
 * from now on.
 */
export async function own(database: Kysely<Tables>, description: string): Promise<Ownership> {
  const { token, text } = await nextToken(database, alone);
  // Frees the leases of cells that were cut off.
  await sql`update task_leases set holder = null, token = token + 1`.execute(database);
  return {
    token,
    async guard(rows) {
      const { rows: found } = await sql<{ token: string }>`select token from owner for share`.execute(rows);
      if (found[0]?.token !== text) throw inUse(description);
    },
  };
}

/**
 * Returns the token of the next owner, or the number of the next cell; the owner before can't write any
 * more.
 */
export async function nextToken(
  database: Kysely<Tables>,
  file: typeof alone | typeof shared = shared,
): Promise<{ token: number; text: string }> {
  const who = { process: hostname(), pid: process.pid, file };
  // Waits for transactions of the owner before, which lock its row.
  const { token } = await database
    .insertInto('owner')
    .values({ id: 1, token: '1', ...who })
    .onConflict(conflict =>
      conflict
        .column('id')
        .doUpdateSet({ token: sql<string>`cast(cast(owner.token as bigint) + 1 as text)`, ...who }),
    )
    .returning('token')
    .executeTakeFirstOrThrow();
  return { token: Number(token), text: token };
}

/** Ends an exclusive owner. Fronts take no number, since functions would use up many. */
export async function endOwner(database: Kysely<Tables>): Promise<void> {
  await database
    .updateTable('owner')
    .set({ token: sql<string>`cast(cast(owner.token as bigint) + 1 as text)`, file: shared })
    .where('file', '=', alone)
    .execute();
}

/** Returns the error that another coordinator has the database. */
export function inUse(description: string): MurmurationError {
  return new MurmurationError(
    'storage.in-use',
    `Another coordinator has the database ${description}; stop it first, start this one with "standby" to take over when that ends, or choose another database.`,
  );
}
