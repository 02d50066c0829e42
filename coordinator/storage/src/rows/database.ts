import type { Writer } from '@murmuration/sql/writes/writer';
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** The rows of a coordinator: single reads through `rows`, all changes through `writer`, which commits them in groups. */
export interface RowDatabase {
  readonly rows: Kysely<Tables>;
  readonly writer: Writer<Tables>;
  /** Ends what is under way; closing twice is harmless. */
  close(): Promise<void>;
}
