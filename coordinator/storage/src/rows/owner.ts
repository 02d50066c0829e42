import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { processIdentity } from '@murmuration/sql/processes/process-identity';
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './schema.ts';

/** Ownership of the storage by this process. */
export interface Ownership {
  /**
   * Throws `storage.in-use` if another process has taken the storage over; call it inside the transaction of
   * each write.
   */
  require(rows: Kysely<Tables> | Transaction<Tables>): Promise<void>;
  /** Gives up the ownership. */
  release(): Promise<void>;
}

/** Tokens of storages that this process has. */
const mine = new Set<string>();
let claims = 0;

/**
 * Takes the storage with the database at `path` for this process, at `now`, ms since 1970. The row is in the
 * database itself, which can't be deleted without the stored data, unlike a lock file. Throws
 * `storage.in-use` if a living process has it; if that is unknown, the older owner finds at its next write
 * that it has lost it, and writes nothing more.
 */
export async function claim(database: Kysely<Tables>, path: string, now: number): Promise<Ownership> {
  claims += 1;
  const token = `${hostname()} ${process.pid} ${now} ${claims}`;
  const row = {
    id: 1,
    token,
    process: await processIdentity(process.pid),
    pid: process.pid,
    file: await fileOf(path),
  };
  await database.transaction().execute(async rows => {
    await refuseLiving(rows, path);
    await rows.deleteFrom('owner').execute();
    await rows.insertInto('owner').values(row).execute();
  });
  mine.add(token);
  return {
    async require(rows) {
      const found = await rows.selectFrom('owner').select('token').executeTakeFirst();
      if (found?.token !== token) throw inUse(path);
    },
    async release() {
      mine.delete(token);
      await database.deleteFrom('owner').where('token', '=', token).execute();
    },
  };
}

/** Throws `storage.in-use` if a living process has the storage. */
export async function refuseLiving(rows: Kysely<Tables>, path: string): Promise<void> {
  const found = await rows.selectFrom('owner').selectAll().executeTakeFirst();
  // A copy of the file has no owner.
  if (!found || found.file !== (await fileOf(path))) return;
  const lives =
    found.pid === process.pid && found.process === (await processIdentity(process.pid))
      ? mine.has(found.token)
      : found.process !== '' && found.process === (await processIdentity(found.pid));
  if (lives) throw inUse(path);
}

function inUse(path: string): MurmurationError {
  return new MurmurationError(
    'storage.in-use',
    `Another process has the database ${path}; stop it first, or choose another storage folder.`,
  );
}

async function fileOf(path: string): Promise<string> {
  const { dev, ino } = await stat(path);
  return `${dev} ${ino}`;
}
