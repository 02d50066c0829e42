import type { Kysely } from 'kysely';

/** Which database the tables lie in. */
export type DatabaseKind = 'sqlite' | 'postgresql';

/** One step of the tables' history. What is released is never changed again: a later step changes its tables. */
export interface Migration {
  /** Unique; kept in the database once it is done. */
  readonly name: string;
  /**
   * Runs in the transaction of all steps that are missing. Types of columns are SQLite's, which `inPostgresql` translates; only raw SQL
   * has to ask for the kind.
   */
  up(database: Kysely<unknown>, kind: DatabaseKind): Promise<void>;
}
