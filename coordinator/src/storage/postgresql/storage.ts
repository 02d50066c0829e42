import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { withoutPassword } from '@murmuration/sql/postgresql/address';
import { takeAdvisoryLock } from '@murmuration/sql/postgresql/advisory-lock';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { Writer } from '@murmuration/sql/writes/writer';
import type { ObjectStore } from '../objects/object-store.ts';
import type { RowDatabase } from '../rows/database.ts';
import { sqlHistory } from '../rows/history.ts';
import { migrate } from '../rows/migrate.ts';
import { sqlRounds } from '../rows/rounds.ts';
import type { Tables } from '../rows/schema.ts';
import { rowStores } from '../rows/stores.ts';
import { databaseBlobs } from './blobs.ts';
import { databaseCheckpoints } from './checkpoints.ts';
import { inUse, own } from './owner.ts';
import { type FileTables, postgresqlMigrations } from './tables.ts';

/** The advisory lock of the coordinator that has a database. */
export const coordinatorLock = 7_236_849;

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
}

/**
 * The whole of a storage in a database of PostgreSQL, which belongs to this process while it is connected: another one that waits
 * takes over when this one ends, or its machine, and what this one writes afterwards fails. Throws `storage.in-use` where another has the
 * database and nothing waits, other `storage.*`, and `config.invalid` where the server refuses, or models are in objects and no store of
 * these is given.
 */
export async function openPostgresqlStorage(
  address: string,
  clock: Clock,
  { waiting, objects }: PostgresqlStorageOptions = {},
) {
  const lock = await takeAdvisoryLock(address, coordinatorLock, { clock, waiting });
  if (!lock) throw inUse(withoutPassword(address));
  try {
    const tables = await openTables(address);
    try {
      const { guard, token } = await own(tables.rows, withoutPassword(address));
      const database: RowDatabase = { ...tables, writer: new Writer(tables.rows, guard) };
      if (objects) await requireReadable(objects);
      else await requireNoObjects(database);
      const blobs = databaseBlobs(database, clock, objects && { store: objects, token });
      const checkpoints = databaseCheckpoints(database);
      const begun = await database.rows.selectFrom('rounds_under_way').select('round').execute();
      const underWay = new Set(begun.map(({ round }) => round));
      for (const round of await checkpoints.rounds())
        if (!underWay.has(round)) await checkpoints.forget(round);
      return {
        durable: true,
        blobs,
        // A sum that can't be deleted now is deleted by the next start.
        history: sqlHistory(database, blobs, round => checkpoints.forget(round).catch(() => {})),
        rounds: sqlRounds(database, checkpoints),
        ...rowStores(database),
        async close() {
          await database.close();
          await lock.release();
        },
      };
    } catch (error) {
      await tables.close();
      throw error;
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
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
