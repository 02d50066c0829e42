import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { withoutPassword } from '@murmuration/sql/postgresql/address';
import { type AdvisoryLock, takeAdvisoryLock } from '@murmuration/sql/postgresql/advisory-lock';
import { openPostgresql, postgresqlRows } from '@murmuration/sql/postgresql/open';
import type { PoolOptions } from '@murmuration/sql/postgresql/pool';
import { type Connected, requireSessions } from '@murmuration/sql/postgresql/sessions';
import { Writer } from '@murmuration/sql/writes/writer';
import { sql, type Transaction } from 'kysely';
import type { Checkpoints } from '../files/checkpoints.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { RowDatabase } from '../rows/database.ts';
import { sqlHistory } from '../rows/history.ts';
import { migrate } from '../rows/migrate.ts';
import { sqlParts } from '../rows/parts.ts';
import { sqlRounds } from '../rows/rounds.ts';
import type { Tables } from '../rows/schema.ts';
import { rowStores } from '../rows/stores.ts';
import { Beats, beatEvery, sessionId } from './beats.ts';
import { databaseBlobs } from './blobs.ts';
import { databaseChallenges } from './challenges.ts';
import { databaseCheckpoints } from './checkpoints.ts';
import { type Connections, connectionsOf, type StorageRole } from './connections.ts';
import { cellLock, type DatabaseLeases, databaseLeases, type Holder } from './leases.ts';
import { endOwner, inUse, nextToken, own } from './owner.ts';
import { type FileTables, postgresqlMigrations } from './tables.ts';

/** The advisory lock of the coordinator that has a database. */
export const coordinatorLock = 7_236_849;

/** ms after which a look at the leases, or a beat, has failed. */
const leasePatience = 2_000;
/** ms after which any other statement has failed: one that waits for a lock has heard so by then. */
const rowPatience = 15_000;
/** ms after which whatever a function asks has failed: the one that asked it has no answer, and may wait for none. */
const functionPatience = 10_000;

/** What each transaction has to ask first. */
type Guard = (rows: Transaction<Tables>) => Promise<void>;

interface TablesOptions extends Omit<PoolOptions, 'patience'> {
  readonly guard?: Guard | undefined;
  /** Asked before anything else: what it throws leaves the database as it was. */
  readonly check?: ((connected: Connected<Tables>) => Promise<void>) | undefined;
}

/**
 * The tables of a storage in PostgreSQL, up to date; for whoever may change them beside a coordinator. `guard` is asked before they are brought
 * up to date, and before all that is written. Throws as `openPostgresql`, and what `guard` and `check` throw.
 */
export async function openTables(
  address: string,
  { guard, check, ...options }: TablesOptions = {},
): Promise<RowDatabase> {
  // A step over many rows takes as long as it takes.
  const { rows, description, close } = await openPostgresql<Tables>(address, options);
  try {
    await check?.({ rows, description });
    await migrate(rows, postgresqlMigrations, 'postgresql', guard);
  } finally {
    await close();
  }
  return tablesOf(address, { ...options, patience: rowPatience }, guard);
}

/** The tables that are up to date; the first query connects. */
function tablesOf(address: string, options: PoolOptions, guard?: Guard): RowDatabase {
  const { rows, close } = postgresqlRows<Tables>(address, options);
  return { rows, writer: new Writer(rows, guard), close };
}

export interface PostgresqlStorageOptions {
  /** Called where this process waits for another one to end; without it, none waits. */
  readonly waiting?: (() => void) | undefined;
  /** Where the bytes of models go in place of the database; those that are in the database stay there. */
  readonly objects?: ObjectStore | undefined;
  /** What part of a coordinator this process is; `all` by default. */
  readonly role?: StorageRole | undefined;
  /** Connections to the database at most, all told; by default 10, for a front 11, for a cell 12, for a function 2. */
  readonly connections?: number | undefined;
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
  { waiting, objects, role = 'all', connections }: PostgresqlStorageOptions = {},
) {
  const shares = connectionsOf(role, connections);
  const opened: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const each of opened.splice(0).reverse()) await each();
  };
  try {
    const part = await openPart({ address, clock, role, waiting, shares, opened });
    const { tables, token, guard, leases } = part;
    const database: RowDatabase = { ...tables, writer: new Writer(tables.rows, guard) };
    const shared = role !== 'all';
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
      challenges: databaseChallenges(database),
      probe: part.probe,
      probeEvery: role === 'function' ? null : beatEvery,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface PartOptions {
  readonly address: string;
  readonly clock: Clock;
  readonly role: StorageRole;
  readonly waiting: (() => void) | undefined;
  readonly shares: Connections;
  /** What is to be closed, the last first. */
  readonly opened: (() => Promise<unknown>)[];
}

/** The tables as one part of a coordinator has them. `token` names what it puts into a bucket; without one it puts nothing there. */
interface Part {
  readonly tables: RowDatabase;
  readonly token: number | undefined;
  readonly guard: Guard | undefined;
  readonly leases: DatabaseLeases | undefined;
  readonly probe: () => Promise<void>;
}

async function openPart(options: PartOptions): Promise<Part> {
  const { address, clock, role, waiting, shares, opened } = options;
  const description = withoutPassword(address);
  if (role === 'function') return openFunction(options);
  const shared = role !== 'all';
  const session = sessionId(systemRandom);
  // Connections of their own, which are given up soon: where one carries nothing any more, the next look is on another one. The first is made by the
  // first look, which may fail as any other: the server has been there, and may be slow now.
  const looks = postgresqlRows<Tables>(address, {
    connections: shares.looks,
    patience: leasePatience,
    session,
  });
  opened.push(() => looks.close());
  const beats = new Beats(looks.rows, session, clock);
  const lock = await takeLock(beats, { address, clock, waiting, shared, session });
  if (!lock) throw inUse(description);
  opened.push(() => lock.release());
  const tables = await openTables(address, {
    connections: shares.rows,
    session,
    check: connected => requireSessions(connected, coordinatorLock, { shared }),
  });
  opened.push(() => tables.close());
  opened.push(() => beats.close().catch(() => {}));
  const probe = () => beats.beat();
  if (role === 'all') return { tables, ...(await own(tables.rows, description)), leases: undefined, probe };
  const token = role === 'cell' ? (await nextToken(tables.rows)).token : undefined;
  if (role === 'front') await tables.rows.transaction().execute(endOwner);
  const leasesOf = (holder: Holder) => databaseLeases(looks.rows, holder, description, systemRandom);
  if (token === undefined) return { tables, token, guard: undefined, leases: leasesOf(takesNone), probe };
  const alive = await takeAdvisoryLock(address, cellLock(token), { clock, session });
  if (!alive) throw inUse(description);
  const leases = leasesOf({ cell: token, confirm: () => alive.confirm(leasePatience), beats });
  opened.push(
    () => alive.release(),
    () => leases.release().catch(() => {}),
  );
  return {
    tables,
    token,
    guard: leases.guard,
    leases,
    async probe() {
      await beats.beat();
      await beats.endHanging();
    },
  };
}

/** The lock of a coordinator; one that hangs is kept from nobody who waits. */
async function takeLock(
  beats: Beats,
  {
    address,
    clock,
    waiting,
    shared,
    session,
  }: Pick<PartOptions, 'address' | 'clock' | 'waiting'> & {
    readonly shared: boolean;
    readonly session: string;
  },
): Promise<AdvisoryLock | undefined> {
  let cancel: Cancel = () => {};
  let isOver = false;
  const look = async (): Promise<void> => {
    // A database that does not answer, or that an older version has: there is nobody to look at.
    await beats.endHanging().catch(() => {});
    if (!isOver) cancel = clock.at(clock.now() + beatEvery, () => void look());
  };
  const begin =
    waiting &&
    (() => {
      waiting();
      void look();
    });
  try {
    return await takeAdvisoryLock(address, coordinatorLock, { clock, waiting: begin, shared, session });
  } finally {
    isOver = true;
    cancel();
  }
}

/** Of what takes no lease. */
const takesNone: Holder = { cell: 0, confirm: async () => {} };

/**
 * A front that may be stopped after each request: it has the lock of the coordinator only while it writes, on the connection that writes, and
 * all else by the same few connections.
 */
async function openFunction({ address, shares, opened }: PartOptions): Promise<Part> {
  const description = withoutPassword(address);
  const guard: Guard = async changes => {
    const { rows: found } = await sql<{ shared: boolean }>`
      select pg_try_advisory_xact_lock_shared(${coordinatorLock}::bigint) as shared`.execute(changes);
    if (!found[0]?.shared) throw inUse(description);
  };
  const options = { connections: shares.rows, patience: functionPatience };
  const tables = tablesOf(address, options, guard);
  opened.push(() => tables.close());
  await migrate(tables.rows, postgresqlMigrations, 'postgresql', guard);
  await tables.writer.write(endOwner);
  const leases = databaseLeases(tables.rows, takesNone, description, systemRandom);
  return { tables, token: undefined, guard, leases, probe: async () => {} };
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
