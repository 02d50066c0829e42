import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { Readability, type Unreadable } from '@murmuration/rounds/promotion/readability';
import { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import { aliasesIn } from '@murmuration/rounds/registry/aliases';
import type { BlobStore } from '@murmuration/rounds/registry/ports';
import { Registry } from '@murmuration/rounds/registry/registry';
import { wholeBytes } from '@murmuration/rounds/registry/stored-bytes';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { sqliteDialect } from '@murmuration/sql/sqlite/dialect';
import { takeLock } from '@murmuration/sql/sqlite/lock';
import { Writer } from '@murmuration/sql/writes/writer';
import { Kysely, sql } from 'kysely';
import { readBlob } from '../files/blobs.ts';
import { requireWhole } from '../files/whole-folder.ts';
import type { RowDatabase } from '../rows/database.ts';
import { sqlDocuments } from '../rows/documents.ts';
import { sqlHistory } from '../rows/history.ts';
import { migrations } from '../rows/migrations/all.ts';
import { refuseLiving } from '../rows/owner.ts';
import type { Tables } from '../rows/schema.ts';
import { sqlOperatorTokens } from '../rows/tokens.ts';
import { layout } from './folder.ts';

/** State of a storage folder, read without changing it. */
export interface Inspection {
  /** True if another process has the folder. */
  readonly isTaken: boolean;
  /** Migrations in the database that this version lacks, as it is older. */
  readonly newer: readonly string[];
  /** Number of migrations that the next start will run. */
  readonly pending: number;
  /** True if it has a valid operator token. */
  readonly hasOperators: boolean;
  /** Versions in use that can't be read; not checked if the folder has pending or newer migrations. */
  readonly unreadable: readonly Unreadable[];
}

/**
 * Inspects a storage folder at the time `now`, ms since 1970; null if it has no storage yet. Throws
 * `storage.*`.
 */
export async function inspectFolder(folder: string, now: number): Promise<Inspection | null> {
  await requireWhole(folder, layout);
  const database = join(folder, layout.database);
  if (!(await isFile(database))) return null;
  const lock = join(folder, layout.lock);
  const unlock = (await isFile(lock)) ? await takeLock(lock) : async () => {};
  await unlock?.();
  const connection = await Connection.open(database, { busyTimeout: 2_000 });
  const rows = new Kysely<Tables>({ dialect: sqliteDialect(connection) });
  try {
    const { rows: tables } = await sql<{ name: string }>`select name from sqlite_master`.execute(rows);
    const has = (table: string) => tables.some(({ name }) => name === table);
    const { rows: done } = has('migrations')
      ? await sql<{ name: string }>`select name from migrations`.execute(rows)
      : { rows: [] };
    const names = new Set(done.map(({ name }) => name));
    const opened = { rows, writer: new Writer(rows), close: async () => {} };
    const newer = [...names].filter(name => !migrations.some(step => step.name === name));
    const pending = migrations.filter(({ name }) => !names.has(name)).length;
    return {
      isTaken: unlock === undefined || (has('owner') && (await isOwned(rows, database))),
      newer,
      pending,
      hasOperators: has('operator_tokens') && (await sqlOperatorTokens(opened).anyValid(now)),
      unreadable: newer.length + pending === 0 ? await unreadableIn(opened, folder, now) : [],
    };
  } finally {
    await rows.destroy();
  }
}

async function isOwned(rows: Kysely<Tables>, database: string): Promise<boolean> {
  return refuseLiving(rows, database).then(
    () => false,
    error => {
      if (error instanceof MurmurationError && error.code === 'storage.in-use') return true;
      throw error;
    },
  );
}

async function unreadableIn(
  database: RowDatabase,
  folder: string,
  now: number,
): Promise<readonly Unreadable[]> {
  const refuse = async (): Promise<never> => {
    throw new Error('A folder that is looked into is not changed.');
  };
  const blobs: BlobStore = {
    get: hash => readBlob(join(folder, layout.blobs), hash),
    open: async hash => wholeBytes(await readBlob(join(folder, layout.blobs), hash)),
    put: refuse,
    sweep: refuse,
  };
  const history = sqlHistory(database, blobs, async () => {});
  const aliases = aliasesIn(sqlDocuments(database));
  const registry = new Registry(blobs, history, aliases);
  const events = new CoordinatorEvents();
  const clock: Clock = { now: () => now, at: () => () => {} };
  const versionAliases = new VersionAliases({
    store: aliases,
    history,
    // Aliases never change here.
    moments: { aliasesChanged: () => {} },
    events,
    clock,
    read: model => registry.files(model),
  });
  const readability = new Readability(registry, versionAliases, events);
  const tasks = await database.rows.selectFrom('versions').select('task').distinct().execute();
  for (const { task } of tasks) {
    await versionAliases.open(task as TaskName);
    await readability.look(task as TaskName);
  }
  return readability.all;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isFile(),
    () => false,
  );
}
