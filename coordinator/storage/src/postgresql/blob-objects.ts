import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sql } from 'kysely';
import type { ObjectStore } from '../objects/object-store.ts';
import type { RowDatabase } from '../rows/database.ts';
import type { FileTables } from './tables.ts';

/** Protects a blob that is put again from a sweep before its version is committed. */
const putLater = { put_at: sql<number>`excluded.put_at` };

/** Store of objects, and the token with which this process names its objects. */
export interface Objects {
  readonly store: ObjectStore;
  /**
   * Token of this owner of the database, larger than each before. Undefined for a front, which puts and
   * sweeps nothing.
   */
  readonly token: number | undefined;
  /**
   * True if other processes put objects at the same time; this process then sweeps only those with its
   * token.
   */
  readonly shared: boolean;
}

/**
 * Blobs as objects whose keys are in rows. A key is used once, and is valid only with its row: an owner that
 * was replaced, whose rows no longer count, can't delete objects of its successor.
 */
export class BlobObjects {
  readonly store: ObjectStore;
  readonly #database: RowDatabase;
  readonly #clock: Clock;
  readonly #token: number | undefined;
  readonly #shared: boolean;
  /** Keys of objects whose rows are about to be written. */
  readonly #coming = new Set<string>();
  #puts = 0;

  constructor(database: RowDatabase, clock: Clock, { store, token, shared }: Objects) {
    this.store = store;
    this.#database = database;
    this.#clock = clock;
    this.#token = token;
    this.#shared = shared;
  }

  /** Stores a blob durably. Throws `storage.read-only` at a front. */
  async put(bytes: Uint8Array, hash: string): Promise<void> {
    if (this.#token === undefined)
      throw new MurmurationError('storage.read-only', 'A front puts nothing into the bucket of the models.');
    if (await this.#claim(hash)) return;
    const key = `${hash}.${this.#token}.${++this.#puts}`;
    this.#coming.add(key);
    try {
      await this.store.put(key, bytes, hash);
      await this.#claim(hash, key);
    } finally {
      this.#coming.delete(key);
    }
  }

  /** Deletes objects that no row names: of swept blobs, and of interrupted puts or sweeps. */
  async sweep(): Promise<void> {
    const token = this.#token;
    if (token === undefined) return;
    const found: string[] = [];
    for await (const key of this.store.keys()) {
      const [, owner] = /^[0-9a-f]{64}\.(\d+)\.\d+$/.exec(key) ?? [];
      // Objects of a later owner, or of another cell, are not this process's to judge.
      if (owner === undefined) continue;
      if (this.#shared ? Number(owner) === token : Number(owner) <= token) found.push(key);
    }
    // Read between the two listings: an object that was being put is either still coming now, or has its row
    // by the next query.
    const spared = new Set(this.#coming);
    const stored = this.#database.rows.withTables<FileTables>();
    const named = await stored.selectFrom('blobs').select('place').where('place', 'is not', null).execute();
    const places = new Set(named.map(({ place }) => place));
    for (const key of found) if (!places.has(key) && !spared.has(key)) await this.store.delete(key);
  }

  /**
   * Claims the row of a blob, which protects it until the next sweep; with `place`, inserts it if there is
   * none. Returns true if there is a row.
   */
  #claim(hash: string, place?: string): Promise<boolean> {
    return this.#database.writer.write(async changes => {
      const files = changes.withTables<FileTables>();
      const row = await files.selectFrom('blobs').select('hash').where('hash', '=', hash).executeTakeFirst();
      if (!row && place === undefined) return false;
      const put = files.insertInto('blobs').values({ hash, place: place ?? null, put_at: this.#clock.now() });
      await put.onConflict(conflict => conflict.column('hash').doUpdateSet(putLater)).execute();
      return true;
    });
  }
}
