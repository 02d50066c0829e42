import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sql } from 'kysely';
import type { ObjectStore } from '../objects/object-store.ts';
import type { RowDatabase } from '../rows/database.ts';
import type { FileTables } from './tables.ts';

/** Keeps what is put again from being swept away before the version that wants it. */
const putLater = { put_at: sql<number>`excluded.put_at` };

/** The place of bytes outside of the database, and the key by which this process names what it puts there. */
export interface Objects {
  readonly store: ObjectStore;
  /** This owner's of the database, larger than each before. Undefined for a front, which puts and sweeps nothing. */
  readonly token: number | undefined;
  /** Others put objects at the same time: only those with this token are this process's to sweep. */
  readonly shared: boolean;
}

/**
 * Blobs each in an object whose key its row names. A key is used once, and begins to mean something with its row: so
 * an owner that was replaced, and whose rows no longer count, can delete nothing that the one after it has put.
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

  /** Durable when it returns. Throws `storage.read-only` at a front. */
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

  /** Deletes objects that no row names: of swept blobs, and what an interrupted put or sweep has left. */
  async sweep(): Promise<void> {
    const token = this.#token;
    if (token === undefined) return;
    const found: string[] = [];
    for await (const key of this.store.keys()) {
      const [, owner] = /^[0-9a-f]{64}\.(\d+)\.\d+$/.exec(key) ?? [];
      // What an owner after this one has put, or another cell, is not this one's to judge.
      if (owner === undefined) continue;
      if (this.#shared ? Number(owner) === token : Number(owner) <= token) found.push(key);
    }
    // Between the two looks: what was being put when it was listed is still coming now, or has its row by the next look.
    const spared = new Set(this.#coming);
    const stored = this.#database.rows.withTables<FileTables>();
    const named = await stored.selectFrom('blobs').select('place').where('place', 'is not', null).execute();
    const places = new Set(named.map(({ place }) => place));
    for (const key of found) if (!places.has(key) && !spared.has(key)) await this.store.delete(key);
  }

  /** Whether the blob has a row, which nobody sweeps away before the next one; with `place` it is made where there is none. */
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
