import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { withoutPassword } from '@murmuration/sql/postgresql/address';
import { takeAdvisoryLock } from '@murmuration/sql/postgresql/advisory-lock';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { Writer } from '@murmuration/sql/writes/writer';
import type { Checkpoints } from '../files/checkpoints.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { RowDatabase } from '../rows/database.ts';
import { sqlHistory } from '../rows/history.ts';
import { migrate } from '../rows/migrate.ts';
import { sqlParts } from '../rows/parts.ts';
import { sqlRounds } from '../rows/rounds.ts';
import type { Tables } from '../rows/schema.ts';
import { rowStores } from '../rows/stores.ts';
import { databaseBlobs } from './blobs.ts';
import { databaseCheckpoints } from './checkpoints.ts';
import { cellLock, databaseLeases, type Holder } from './leases.ts';
import { inUse, nextToken, own } from './owner.ts';
import { type FileTables, postgresqlMigrations } from './tables.ts';

/** The advisory lock of the coordinator that has a database. */
export const coordinatorLock = 7_236_849;

/** ms after which a look at the leases has failed. */
const leasePatience = 2_000;

/** The tables of a storage in PostgreSQL, up to date; for whoever may change them beside a coordinator. Throws as `openPostgresql`. */
export async function openTables(address: string): Promise<RowDatabase> {
  const { rows, close } = await openPostgresql<Tables>(address);
  try {
    await migrate(rows, postgresqlMigrations, 'postgresql');
  } catch (error) {
    await close();
    throw error;
  }
  return { rows, writer: new Writer(rows), close };
}

export interface PostgresqlStorageOptions {
  /** Called where this process waits for another one to end; without it, none waits. */
  readonly waiting?: (() => void) | undefined;
  /** Where the bytes of models go in place of the database; those that are in the database stay there. */
  readonly objects?: ObjectStore | undefined;
  /** What part of a coordinator this process is: `all`, as by default, shares the database with no other; cells and fronts do with each other. */
  readonly role?: 'all' | 'cell' | 'front' | undefined;
}

/**
 * The whole of a storage in a database of PostgreSQL, which belongs to this process while it is connected: another one that waits
 * takes over when this one ends, or its machine, and what this one writes afterwards fails. Cells share it, each of whose writes is fenced by
 * the leases of its tasks, and fronts. Throws `storage.in-use` where another has the
 * database and nothing waits, other `storage.*`, and `config.invalid` where the server refuses, or models are in objects and no store of
 * these is given.
 */
export async function openPostgresqlStorage(
  address: string,
  clock: Clock,
  { waiting, objects, role = 'all' }: PostgresqlStorageOptions = {},
) {
  const description = withoutPassword(address);
  const opened: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const each of opened.splice(0).reverse()) await each();
  };
  const shared = role !== 'all';
  const lock = await takeAdvisoryLock(address, coordinatorLock, { clock, waiting, shared });
  if (!lock) throw inUse(description);
  opened.push(() => lock.release());
  try {
    const tables = await openTables(address);
    opened.push(() => tables.close());
    const { token, guard, leases } = shared
      ? await asOneOfMany(address, tables, clock, role, opened)
      : { ...(await own(tables.rows, description)), leases: undefined };
    const database: RowDatabase = { ...tables, writer: new Writer(tables.rows, guard) };
    if (objects) await requireReadable(objects);
    else await requireNoObjects(database);
    const blobs = databaseBlobs(database, clock, objects && { store: objects, token, shared });
    const checkpoints = databaseCheckpoints(database);
    // Others may be about to begin theirs.
    if (!shared) await forgetLeftOver(database, checkpoints);
    // A sum that can't be deleted now is deleted by the next start.
    const forget = (round: RoundId) => checkpoints.forget(round).catch(() => {});
    return {
      durable: true,
      blobs,
      history: sqlHistory(database, blobs, forget),
      parts: sqlParts(database, forget),
      rounds: sqlRounds(database, checkpoints),
      ...rowStores(database),
      ...(leases && { leases }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a cell or a front has beside the tables; from its first moment on, nothing of a coordinator that had the database for itself counts. */
async function asOneOfMany(
  address: string,
  { rows }: Pick<RowDatabase, 'rows'>,
  clock: Clock,
  role: 'cell' | 'front',
  opened: (() => Promise<unknown>)[],
) {
  const description = withoutPassword(address);
  const { token } = await nextToken(rows);
  // Connections of their own, which are given up soon: where one carries nothing any more, the next look is on another one.
  const own = await openPostgresql<Tables>(address, { connections: 2, patience: leasePatience });
  opened.push(() => own.close());
  const leasesOf = (holder: Holder) => databaseLeases(own.rows, holder, description, systemRandom);
  if (role === 'front')
    return { token, guard: undefined, leases: leasesOf({ cell: 0, confirm: async () => {} }) };
  const alive = await takeAdvisoryLock(address, cellLock(token), { clock });
  if (!alive) throw inUse(description);
  const leases = leasesOf({ cell: token, confirm: () => alive.confirm(leasePatience) });
  opened.push(
    () => alive.release(),
    () => leases.release().catch(() => {}),
  );
  return { token, guard: leases.guard, leases };
}

/** Deletes the sums of rounds that are over; and nobody is about to commit what was put before. */
async function forgetLeftOver({ rows, writer }: RowDatabase, checkpoints: Checkpoints): Promise<void> {
  await writer.write(changes =>
    changes
      .withTables<FileTables>()
      .updateTable('blobs')
      .set({ put_at: null })
      .where('put_at', 'is not', null)
      .execute(),
  );
  const begun = await rows.selectFrom('rounds_under_way').select('round').execute();
  const underWay = new Set(begun.map(({ round }) => round));
  for (const round of await checkpoints.rounds()) if (!underWay.has(round)) await checkpoints.forget(round);
}

/** A bucket that is not there, or lets nobody in, is told at the start, and not when the first round ends. */
async function requireReadable(objects: ObjectStore): Promise<void> {
  for await (const _ of objects.keys()) return;
}

async function requireNoObjects({ rows }: RowDatabase): Promise<void> {
  const { count } = await rows
    .withTables<FileTables>()
    .selectFrom('blobs')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('place', 'is not', null)
    .executeTakeFirstOrThrow();
  if (Number(count) > 0)
    throw new MurmurationError(
      'config.invalid',
      `The files of ${count} models of this database are in a bucket; name it as "s3" in the configuration.`,
    );
}
