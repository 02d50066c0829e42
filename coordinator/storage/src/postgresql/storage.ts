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
import { Beats, beatMs, sessionId } from './beats.ts';
import { databaseBlobs } from './blobs.ts';
import { databaseChallenges } from './challenges.ts';
import { databaseCheckpoints } from './checkpoints.ts';
import { type ConnectionCounts, connectionsOf, type StorageRole } from './connections.ts';
import { cellLock, type DatabaseLeases, databaseLeases, type LeaseHolder } from './leases.ts';
import { endOwner, inUse, nextToken, own } from './owner.ts';
import { type FileTables, postgresqlMigrations } from './tables.ts';

/** Advisory lock of the coordinator that has a database. */
export const coordinatorLock = 7_236_849;

/** ms after which a look at the leases, or a beat, counts as failed. */
const leasePatience = 2_000;
/** ms after which any other statement counts as failed; waits for locks end earlier. */
const rowPatience = 15_000;
/** ms after which a statement of a function counts as failed, since its caller may not wait longer. */
const functionPatience = 10_000;

/** Guard of each transaction. */
type Guard = (rows: Transaction<Tables>) => Promise<void>;

interface TablesOptions extends Omit<PoolOptions, 'patience'> {
  readonly guard?: Guard | undefined;
  /** Check before anything else; if it throws, the database stays as it was. */
  readonly check?: ((connected: Connected<Tables>) => Promise<void>) | undefined;
}

/**
 * Opens the tables of a storage in PostgreSQL and brings them up to date, for processes that may change them
 * beside a coordinator. `guard` runs before the migrations, and before each write. Throws as
 * `openPostgresql`, and errors of `guard` and `check`.
 */
export async function openTables(
  address: string,
  { guard, check, ...options }: TablesOptions = {},
): Promise<RowDatabase> {
  // Without a time limit, since a migration over many rows may take long.
  const { rows, description, close } = await openPostgresql<Tables>(address, options);
  try {
    await check?.({ rows, description });
    await migrate(rows, postgresqlMigrations, 'postgresql', guard);
  } finally {
    await close();
  }
  return tablesOf(address, { ...options, patience: rowPatience }, guard);
}

/** Opens tables that are up to date; the first query connects. */
function tablesOf(address: string, options: PoolOptions, guard?: Guard): RowDatabase {
  const { rows, close } = postgresqlRows<Tables>(address, options);
  return { rows, writer: new Writer(rows, guard), close };
}

export interface PostgresqlStorageOptions {
  /** Called when this process begins to wait for another one to end; without it, it never waits. */
  readonly waiting?: (() => void) | undefined;
  /** Store for the bytes of new models in place of the database; older models stay in the database. */
  readonly objects?: ObjectStore | undefined;
  /** Role of this process; `all` by default. */
  readonly role?: StorageRole | undefined;
  /**
   * Most connections to the database in total; by default 10, for a front 11, for a cell 12, for a function
   * 2.
   */
  readonly connections?: number | undefined;
}

/**
 * Opens a whole storage in a PostgreSQL database, which belongs to this process while it is connected:
 * another process that waits takes over when this one, or its machine, ends, and later writes of this one
 * fail. Cells and fronts share it; each write of a cell is fenced by the leases of its tasks. Throws
 * `storage.in-use` if another process has the database and `waiting` is missing, other `storage.*`, and
 * `config.invalid` if the server refuses, or if models are in objects and no store of objects is given.
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
    // Other processes may be about to begin theirs.
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
      probeEvery: role === 'function' ? null : beatMs,
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
  readonly shares: ConnectionCounts;
  /** Closes of all that was opened so far, run in reverse order. */
  readonly opened: (() => Promise<unknown>)[];
}

/**
 * Tables as one role of a coordinator uses them. `token` names its objects in a bucket; without one it puts
 * nothing there.
 */
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
  // Separate connections that are given up soon, so that after a dead one the next look uses another one.
  // The first look opens the first connection, and may fail like any other: the server was reachable before,
  // and may be slow now.
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
  const leasesOf = (holder: LeaseHolder) => databaseLeases(looks.rows, holder, description, systemRandom);
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

/** Takes the lock of a coordinator; ends the sessions of a hanging holder if this process waits. */
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
    // The database doesn't answer, or an older version made it: there are no beats to look at.
    await beats.endHanging().catch(() => {});
    if (!isOver) cancel = clock.at(clock.now() + beatMs, () => void look());
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

/** Holder of processes that take no lease. */
const takesNone: LeaseHolder = { cell: 0, confirm: async () => {} };

/**
 * Opens a front that may be stopped after each request: it holds the lock of the coordinator only while it
 * writes, on the writing connection, and uses the same few connections for everything.
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

/**
 * Deletes the sums of rounds that are over, and the protection of earlier puts, which are no longer about to
 * be committed.
 */
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

/**
 * Reads from a bucket, so that a missing or closed one fails at the start and not at the end of the first
 * round.
 */
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
