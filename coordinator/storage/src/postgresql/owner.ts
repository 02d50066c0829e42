import { hostname } from 'node:os';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from '../rows/schema.ts';

export interface Ownership {
  /** Larger by one than that of the owner before (a fencing token). */
  readonly token: number;
  /** What each transaction has to ask first. Throws `storage.in-use` once another process is the owner. */
  readonly guard: (rows: Transaction<Tables>) => Promise<void>;
}

/** What the row of the owner names in place of a file: whether the last one has the database for itself. */
const alone = '';
const shared = 'shared';

/** Makes this process the owner of a database, in place of the one before, or of cells: what these write from now on fails. */
export async function own(database: Kysely<Tables>, description: string): Promise<Ownership> {
  const { token, text } = await nextToken(database, alone);
  // Cells that were cut off, where there were any.
  await sql`update task_leases set holder = null, token = token + 1`.execute(database);
  return {
    token,
    async guard(rows) {
      const { rows: found } = await sql<{ token: string }>`select token from owner for share`.execute(rows);
      if (found[0]?.token !== text) throw inUse(description);
    },
  };
}

/** The token of the next owner, or the number of the next cell: an owner before writes nothing any more. */
export async function nextToken(
  database: Kysely<Tables>,
  file: typeof alone | typeof shared = shared,
): Promise<{ token: number; text: string }> {
  const who = { process: hostname(), pid: process.pid, file };
  // Waits for transactions of the owner before, which hold its row as it was.
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

/** Ends an owner that had the database for itself. Fronts take no number, of which functions would use up many. */
export async function endOwner(database: Kysely<Tables>): Promise<void> {
  await database
    .updateTable('owner')
    .set({ token: sql<string>`cast(cast(owner.token as bigint) + 1 as text)`, file: shared })
    .where('file', '=', alone)
    .execute();
}

/** That another coordinator has the database. */
export function inUse(description: string): MurmurationError {
  return new MurmurationError(
    'storage.in-use',
    `Another coordinator has the database ${description}; stop it first, start this one with "standby" to take over when that ends, or choose another database.`,
  );
}
