import type { Kysely } from 'kysely';

/** One step of the tables' history. What is released is never changed again: a later step changes its tables. */
export interface Migration {
  /** Unique; kept in the database once it is done. */
  readonly name: string;
  /** Runs in the transaction of all steps that are missing. */
  up(database: Kysely<unknown>): Promise<void>;
}
