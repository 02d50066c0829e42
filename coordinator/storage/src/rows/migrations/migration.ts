import type { Kysely } from 'kysely';

/** Kind of the database. */
export type DatabaseKind = 'sqlite' | 'postgresql';

/** Migration of the tables. A released one never changes: a later one changes its tables. */
export interface Migration {
  /** Unique name, stored in the database once it is done. */
  readonly name: string;
  /**
   * Runs in the transaction of all missing migrations. Column types are SQLite's, which `inPostgresql`
   * translates; only raw SQL depends on the kind.
   */
  up(database: Kysely<unknown>, kind: DatabaseKind): Promise<void>;
}
