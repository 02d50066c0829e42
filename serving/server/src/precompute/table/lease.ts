import { hostname } from 'node:os';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { isOver, processIdentity } from '@murmuration/sql/processes/process-identity';
import type { Kysely } from 'kysely';
import { jobsTable } from './names.ts';
import type { Database, JobTables } from './schema.ts';

/** Milliseconds of a lease, which its holder renews in time. */
export const leaseFor = 60_000;

let holders = 0;

/** Returns a unique name for a holder, among all processes of all machines. */
export async function newHolder(): Promise<string> {
  holders += 1;
  return `${hostname()} ${process.pid}.${holders}|${await processIdentity(process.pid)}`;
}

/**
 * Right to change a job's rows, held by one process at a time and stored in the database. It ends after
 * `leaseFor` ms, or as soon as its process is known to be over. A process that lost it can't write, since
 * each transaction of a run checks it.
 */
export class Lease {
  readonly #database: Database;
  readonly #job: string;
  readonly #holder: string;

  constructor(database: Database, job: string, holder: string) {
    this.#database = database;
    this.#job = job;
    this.#holder = holder;
  }

  /** Takes the lease, at `now` (ms since 1970); returns false if another process has it. */
  async take(now: number): Promise<boolean> {
    return this.#database.rows.transaction().execute(async rows => {
      const [found] = await rows
        .selectFrom(jobsTable)
        .select(['holder', 'held_until'])
        .where('name', '=', this.#job)
        .execute();
      const { holder = null, held_until: until = null } = found ?? {};
      const isFree =
        holder === null ||
        holder === this.#holder ||
        (until !== null && until <= now) ||
        (await isOver(holder.slice(holder.indexOf('|') + 1)));
      if (!isFree) return false;
      let query = rows
        .updateTable(jobsTable)
        .set({ holder: this.#holder, held_until: now + leaseFor })
        .where('name', '=', this.#job);
      // Another process may have taken it in between.
      query = holder === null ? query.where('holder', 'is', null) : query.where('holder', '=', holder);
      const { numUpdatedRows } = await query.executeTakeFirst();
      return numUpdatedRows === 1n;
    });
  }

  /**
   * Renews the lease inside the transaction of a write. Throws `storage.in-use` if another process has it.
   */
  async hold(rows: Kysely<JobTables>, now: number): Promise<void> {
    const { numUpdatedRows } = await rows
      .updateTable(jobsTable)
      .set({ held_until: now + leaseFor })
      .where('name', '=', this.#job)
      .where('holder', '=', this.#holder)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n)
      throw new MurmurationError(
        'storage.in-use',
        `Another process runs the job ${this.#job} into ${this.#database.description} by now.`,
      );
  }

  /** Releases the lease. */
  async release(): Promise<void> {
    await this.#database.rows
      .updateTable(jobsTable)
      .set({ holder: null, held_until: null })
      .where('name', '=', this.#job)
      .where('holder', '=', this.#holder)
      .execute();
  }
}
