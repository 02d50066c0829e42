import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sql } from 'kysely';
import { contentHash } from '../../registry/content-hash.ts';
import type { BlobStore } from '../../registry/ports.ts';
import { blockLength } from '../../registry/stored-bytes.ts';
import { BlobBlocks } from '../blobs/blob-blocks.ts';
import { KeptBytes } from '../blobs/kept-bytes.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { SequentialReads } from '../objects/sequential-reads.ts';
import type { RowDatabase } from '../rows/database.ts';
import type { FileTables } from './tables.ts';

/** Blocks of one statement: 4 MiB. */
const blocksAtOnce = 64;
/** Hashes of one statement. */
const hashesAtOnce = 1_000;

/** What is put again is not swept away before the version that wants it. */
const putLater = { put_at: sql<number>`excluded.put_at` };

/** Where the bytes of blobs lie outside of the database, and by which key this process names what it puts there. */
export interface Objects {
  readonly store: ObjectStore;
  /** Of this owner of the database: larger than that of each owner before. Undefined for a front, which puts and sweeps nothing. */
  readonly token: number | undefined;
  /** Whether others put objects at the same time: then only those with this token are this process's to sweep. */
  readonly shared: boolean;
}

/**
 * Blobs as rows, checked against their hash whenever one is read. Their bytes are in blocks of 64 KiB beside them, or, with `objects`, each in
 * an object whose key its row names. A key is used once, and begins to mean something with its row: so an owner that was replaced, and
 * whose rows no longer count, can delete nothing that the one after it has put.
 */
export function databaseBlobs({ rows, writer }: RowDatabase, clock: Clock, objects?: Objects): BlobStore {
  const stored = rows.withTables<FileTables>();
  const kept = new KeptBytes();
  /** Keys of objects whose rows are about to be written. */
  const coming = new Set<string>();
  let puts = 0;

  /** Undefined where there is no such blob; null as its place: in the database. */
  const placeOf = async (hash: string): Promise<string | null | undefined> => {
    if (!hashPattern.test(hash)) return undefined;
    const row = await stored.selectFrom('blobs').select('place').where('hash', '=', hash).executeTakeFirst();
    return row?.place;
  };
  const storeOf = (hash: string): ObjectStore => {
    if (objects) return objects.store;
    throw new MurmurationError('storage.failed', `The blob ${hash} is in a bucket; name it as "s3".`);
  };
  /** The blocks from one number up to another that there are. */
  const blocksOf = async (hash: string, from: number, to: number): Promise<Uint8Array[]> => {
    const found = await stored
      .selectFrom('blob_blocks')
      .select('bytes')
      .where('hash', '=', hash)
      .where('number', '>=', from)
      .where('number', '<', to)
      .orderBy('number')
      .execute();
    return found.map(({ bytes }) => bytes);
  };
  const wholeOf = async (hash: string, place: string | null): Promise<Uint8Array | undefined> => {
    if (place !== null) return storeOf(hash).read(place);
    const parts: Uint8Array[] = [];
    for (let at = 0; parts.length === at; at += blocksAtOnce)
      parts.push(...(await blocksOf(hash, at, at + blocksAtOnce)));
    return concatBytes(...parts);
  };
  const missing = (hash: string) =>
    new MurmurationError('model.missing', `The blob ${hash} is missing; restore it from a backup.`);
  const blocks = new BlobBlocks({
    async reading(hash, work) {
      const place = await placeOf(hash);
      if (place === undefined) return false;
      if (place !== null) {
        const reads = new SequentialReads(storeOf(hash), place);
        await work(async (into, position) => {
          const length = await reads.read(into, position);
          if (length === undefined) throw missing(hash);
          return length;
        });
        return true;
      }
      await work(async (into, position) => {
        const number = Math.floor(position / blockLength);
        const [block] = await blocksOf(hash, number, number + 1);
        const part = block?.subarray(position - number * blockLength).subarray(0, into.length);
        if (part) into.set(part);
        return part?.length ?? 0;
      });
      return true;
    },
  });

  /** Whether the blob has a row, which nobody sweeps away before the next one; with `place` it is made where there is none. */
  const claim = (hash: string, place?: string): Promise<boolean> =>
    writer.write(async changes => {
      const files = changes.withTables<FileTables>();
      const row = await files.selectFrom('blobs').select('hash').where('hash', '=', hash).executeTakeFirst();
      if (!row && place === undefined) return false;
      const put = files.insertInto('blobs').values({ hash, place: place ?? null, put_at: clock.now() });
      await put.onConflict(conflict => conflict.column('hash').doUpdateSet(putLater)).execute();
      return true;
    });

  const putObject = async ({ store, token }: Objects, bytes: Uint8Array, hash: string): Promise<void> => {
    if (token === undefined)
      throw new MurmurationError('storage.read-only', 'A front puts nothing into the bucket of the models.');
    if (await claim(hash)) return;
    const key = `${hash}.${token}.${++puts}`;
    coming.add(key);
    try {
      await store.put(key, bytes, hash);
      await claim(hash, key);
    } finally {
      coming.delete(key);
    }
  };

  /** Deletes objects that no row names: those of swept blobs, and those that a put or a sweep that was interrupted has left. */
  const sweepObjects = async ({ store, token, shared }: Objects): Promise<void> => {
    if (token === undefined) return;
    const found: string[] = [];
    for await (const key of store.keys()) {
      const [, owner] = /^[0-9a-f]{64}\.(\d+)\.\d+$/.exec(key) ?? [];
      // What an owner after this one has put, or another cell, is not this one's to judge.
      if (owner === undefined) continue;
      if (shared ? Number(owner) === token : Number(owner) <= token) found.push(key);
    }
    // Between the two looks: what was being put when it was listed is still coming now, or has its row by the next look.
    const spared = new Set(coming);
    const named = await stored.selectFrom('blobs').select('place').where('place', 'is not', null).execute();
    const places = new Set(named.map(({ place }) => place));
    for (const key of found) if (!places.has(key) && !spared.has(key)) await store.delete(key);
  };

  return {
    async put(bytes) {
      // What is written is what the caller has now, whatever becomes of its buffer.
      const own = new Uint8Array(bytes);
      const hash = contentHash(own);
      if (objects) {
        await putObject(objects, own, hash);
        return hash;
      }
      await writer.write(async changes => {
        const files = changes.withTables<FileTables>();
        const put_at = clock.now();
        const { numInsertedOrUpdatedRows } = await files
          .insertInto('blobs')
          .values({ hash, place: null, put_at })
          .onConflict(conflict => conflict.doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows === 0n) {
          await files.updateTable('blobs').set({ put_at }).where('hash', '=', hash).execute();
          return;
        }
        const all = Array.from({ length: Math.ceil(own.length / blockLength) }, (_, number) => ({
          hash,
          number,
          bytes: own.subarray(number * blockLength, (number + 1) * blockLength),
        }));
        for (let at = 0; at < all.length; at += blocksAtOnce)
          await files
            .insertInto('blob_blocks')
            .values(all.slice(at, at + blocksAtOnce))
            .execute();
      });
      return hash;
    },

    async get(hash) {
      const known = kept.get(hash);
      if (known) return known;
      const place = await placeOf(hash);
      const bytes = place === undefined ? undefined : await wholeOf(hash, place);
      if (!bytes) throw missing(hash);
      if (contentHash(bytes) !== hash)
        throw new MurmurationError(
          'model.corrupt',
          `The bytes of the blob ${hash} don't match their hash; restore them from a backup.`,
        );
      kept.put(hash, bytes);
      return bytes;
    },

    open: (hash, toRead) => blocks.open(hash, toRead),

    async link(hash, cache) {
      const place = objects && (await placeOf(hash));
      return typeof place === 'string' ? objects?.store.link(place, cache) : undefined;
    },

    async sweep(named, before) {
      const gone = await writer.write(async changes => {
        const files = changes.withTables<FileTables>();
        // By whatever process: its version may be about to be committed.
        const all = await files.selectFrom('blobs').select(['hash', 'put_at']).execute();
        const unnamed = all
          .filter(({ hash, put_at }) => !named.has(hash) && (put_at ?? -Infinity) < before)
          .map(({ hash }) => hash);
        for (let at = 0; at < unnamed.length; at += hashesAtOnce) {
          const hashes = unnamed.slice(at, at + hashesAtOnce);
          await files.deleteFrom('blob_blocks').where('hash', 'in', hashes).execute();
          await files.deleteFrom('blobs').where('hash', 'in', hashes).execute();
        }
        return unnamed;
      });
      for (const hash of gone) {
        kept.forget(hash);
        blocks.forget(hash);
      }
      // What can't be deleted now is found by the next sweep; whoever counts faults hears of it.
      if (objects) await sweepObjects(objects);
      return gone;
    },
  };
}
