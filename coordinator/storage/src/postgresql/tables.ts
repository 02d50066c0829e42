import { sql } from 'kysely';
import { migrations } from '../rows/migrations/all.ts';
import type { Migration } from '../rows/migrations/migration.ts';

/** Tables for data that is in files if the storage is a folder. */
export type FileTables = {
  /**
   * Blobs. `place`: key of the object; null if the bytes are in `blob_blocks`. `put_at`: time of the last
   * put, ms since 1970.
   */
  readonly blobs: { readonly hash: string; readonly place: string | null; readonly put_at: number | null };
  readonly blob_blocks: { readonly hash: string; readonly number: number; readonly bytes: Uint8Array };
  /** Checkpoints; `checkpoint` is MessagePack of a `Checkpoint`. */
  readonly checkpoints: { readonly round: string; readonly checkpoint: Uint8Array };
};

/** Adds blobs, and the running sums of rounds under way. */
const files: Migration = {
  name: 'files',
  async up(database) {
    const { schema } = database;
    await schema
      .createTable('blobs')
      .addColumn('hash', 'text', column => column.primaryKey())
      .execute();
    await schema
      .createTable('blob_blocks')
      .addColumn('hash', 'text', column => column.notNull())
      .addColumn('number', 'integer', column => column.notNull())
      .addColumn('bytes', 'blob', column => column.notNull())
      .addPrimaryKeyConstraint('blob_blocks_once', ['hash', 'number'])
      .execute();
    await schema
      .createTable('checkpoints')
      .addColumn('round', 'text', column => column.primaryKey())
      .addColumn('checkpoint', 'blob', column => column.notNull())
      .execute();
    // Weights and sums don't compress; trying costs more than storing them.
    await sql`alter table blob_blocks alter column bytes set storage external`.execute(database);
    await sql`alter table checkpoints alter column checkpoint set storage external`.execute(database);
  },
};

/** Adds the locations of blobs outside of the database. */
const places: Migration = {
  name: 'blob-places',
  async up({ schema }) {
    await schema.alterTable('blobs').addColumn('place', 'text').execute();
  },
};

/**
 * Adds the leases of cells and their published states, the key of tickets, and times of puts for other
 * processes.
 */
const cells: Migration = {
  name: 'cells',
  async up({ schema }) {
    await schema
      .createTable('task_leases')
      .addColumn('task', 'text', column => column.primaryKey())
      .addColumn('holder', 'integer')
      .addColumn('url', 'text')
      .addColumn('token', 'integer', column => column.notNull())
      .execute();
    await schema
      .createTable('task_standings')
      .addColumn('task', 'text', column => column.primaryKey())
      .addColumn('standing', 'text', column => column.notNull())
      .addColumn('told_at', 'timestamptz', column => column.notNull())
      .execute();
    await schema
      .createTable('ticket_keys')
      .addColumn('id', 'integer', column => column.primaryKey())
      .addColumn('key', 'blob', column => column.notNull())
      .execute();
    await schema.alterTable('blobs').addColumn('put_at', 'integer').execute();
  },
};

/** Adds heartbeats of processes. */
const beats: Migration = {
  name: 'beats',
  async up({ schema }) {
    await schema
      .createTable('beats')
      .addColumn('session', 'text', column => column.primaryKey())
      .addColumn('count', 'integer', column => column.notNull())
      .execute();
  },
};

/** Adds answers to challenges, which fronts store nowhere else. */
const challenges: Migration = {
  name: 'answered-challenges',
  async up({ schema }) {
    await schema
      .createTable('answered_challenges')
      .addColumn('answer', 'text', column => column.primaryKey())
      .addColumn('until', 'integer', column => column.notNull())
      .execute();
  },
};

/** All migrations of a PostgreSQL database with a whole storage. */
export const postgresqlMigrations: readonly Migration[] = [
  ...migrations,
  files,
  places,
  cells,
  beats,
  challenges,
];
