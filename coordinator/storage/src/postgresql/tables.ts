import { sql } from 'kysely';
import { migrations } from '../rows/migrations/all.ts';
import type { Migration } from '../rows/migrations/migration.ts';

/** What lies in files where the storage is a folder. */
export type FileTables = {
  /** `place`: the key of its object; null where its bytes are in `blob_blocks`. `put_at`: when it was put last, ms since 1970. */
  readonly blobs: { readonly hash: string; readonly place: string | null; readonly put_at: number | null };
  readonly blob_blocks: { readonly hash: string; readonly number: number; readonly bytes: Uint8Array };
  /** `checkpoint` is MessagePack of a `Checkpoint`. */
  readonly checkpoints: { readonly round: string; readonly checkpoint: Uint8Array };
};

/** Blobs, and the running sums of rounds under way. */
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
    // Weights and sums don't compress: to try costs more than to store them.
    await sql`alter table blob_blocks alter column bytes set storage external`.execute(database);
    await sql`alter table checkpoints alter column checkpoint set storage external`.execute(database);
  },
};

/** Blobs outside of the database. */
const places: Migration = {
  name: 'blob-places',
  async up({ schema }) {
    await schema.alterTable('blobs').addColumn('place', 'text').execute();
  },
};

/** Which cell has which task, what it says of it, the key of tickets, and what one process has to know of what others have put. */
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

/** Counts by which processes know of each other that they go on. */
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

/** Answers to challenges that fronts keep nowhere else. */
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

/** All steps of a database of PostgreSQL that holds the whole of a storage. */
export const postgresqlMigrations: readonly Migration[] = [
  ...migrations,
  files,
  places,
  cells,
  beats,
  challenges,
];
