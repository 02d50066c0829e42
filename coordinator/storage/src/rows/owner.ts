import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { processIdentity } from '@murmuration/sql/processes/process-identity';
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './schema.ts';

/** That this process has the storage. */
export interface Ownership {
  /** Throws `storage.in-use` where another process has taken the storage over; inside of the transaction of whatever is written. */
  require(rows: Kysely<Tables> | Transaction<Tables>): Promise<void>;
  /** Lets go of it. */
  release(): Promise<void>;
}

/** Tokens of storages that this process has. */
const mine = new Set<string>();
let claims = 0;

/**
 * Takes the storage whose database lies at `path` for this process, at `now`, ms since 1970. The row lies in the database itself, which nobody can delete and keep
 * what is stored: a lock file alone can be taken away from under its owner. Throws `storage.in-use` where a process that lives has it; where
 * that can't be told, the older owner finds at its next write that it has lost it, and writes nothing more.
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

/** Throws `storage.in-use` where a process that lives has the storage. */
export async function refuseLiving(rows: Kysely<Tables>, path: string): Promise<void> {
  const found = await rows.selectFrom('owner').selectAll().executeTakeFirst();
  // A copy of the file belongs to nobody.
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
