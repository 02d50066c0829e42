import { openSql } from '@murmuration/sql/database/database';
import { type Database, type JobTables, makeTables } from './schema.ts';

/** Databases of all jobs, each opened once. */
export class Databases {
  readonly #open = new Map<string, Promise<Database>>();

  /** Opens a database. Throws `storage.*`, and `config.invalid` if a server refuses. */
  async at(address: string): Promise<Database> {
    let opening = this.#open.get(address);
    if (!opening) {
      opening = open(address);
      this.#open.set(address, opening);
      // The next call tries again.
      opening.catch(() => this.#open.delete(address));
    }
    return opening;
  }

  async close(): Promise<void> {
    const all = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    for (const each of all) if (each.status === 'fulfilled') await each.value.close();
  }
}

async function open(address: string): Promise<Database> {
  // Patient, since a run of another job may be writing.
  const database = await openSql<JobTables>(address, { busyTimeout: 20_000 });
  try {
    await makeTables(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
