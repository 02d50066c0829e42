import type { Writer } from '@murmuration/sql/writes/writer';
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/**
 * Rows of a coordinator: single reads through `rows`, all changes through `writer`, which commits them in
 * groups.
 */
export interface RowDatabase {
  readonly rows: Kysely<Tables>;
  readonly writer: Writer<Tables>;
  /** Finishes pending work and closes the database; closing twice is harmless. */
  close(): Promise<void>;
}
