import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { contentHash } from '@murmuration/rounds/registry/content-hash';
import type { BlobStore } from '@murmuration/rounds/registry/ports';
import { blockLength } from '@murmuration/rounds/registry/stored-bytes';
import type { Kysely } from 'kysely';
import { BlobBlocks } from '../blobs/blob-blocks.ts';
import { KeptBytes } from '../blobs/kept-bytes.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { SequentialReads } from '../objects/sequential-reads.ts';
import type { RowDatabase } from '../rows/database.ts';
import type { Tables } from '../rows/schema.ts';
import { BlobObjects, type Objects } from './blob-objects.ts';
import type { FileTables } from './tables.ts';

/** Blocks in one statement: 4 MiB. */
const blocksPerStatement = 64;
/** Hashes in one statement. */
const hashesAtOnce = 1_000;

type Stored = Kysely<Tables & FileTables>;

/**
 * Opens blobs as rows, checked against their hash at each read. Their bytes are in blocks of 64 KiB in a
 * table or, with a `bucket`, in an object whose key is in the row.
 */
export function databaseBlobs(database: RowDatabase, clock: Clock, bucket?: Objects): BlobStore {
  const { writer } = database;
  const stored = database.rows.withTables<FileTables>();
  const objects = bucket && new BlobObjects(database, clock, bucket);
  const storeOf = (hash: string): ObjectStore => {
    if (objects) return objects.store;
    throw new MurmurationError('storage.failed', `The blob ${hash} is in a bucket; name it as "s3".`);
  };
  const kept = new KeptBytes();
  const blocks = blocksIn(stored, storeOf);
  return {
    async put(bytes) {
      // Copied, since the caller may change its buffer.
      const own = new Uint8Array(bytes);
      const hash = contentHash(own);
      if (objects) {
        await objects.put(own, hash);
        return hash;
      }
      await writer.write(changes => insertBlob(changes.withTables<FileTables>(), hash, own, clock.now()));
      return hash;
    },

    async get(hash) {
      const known = kept.get(hash);
      if (known) return known;
      const place = await placeOf(stored, hash);
      if (place === undefined) throw missing(hash);
      const bytes = place === null ? await wholeOf(stored, hash) : await storeOf(hash).read(place);
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
      const place = objects && (await placeOf(stored, hash));
      return typeof place === 'string' ? objects?.store.link(place, cache) : undefined;
    },

    async sweep(named, before) {
      const gone = await writer.write(changes =>
        deleteUnnamed(changes.withTables<FileTables>(), named, before),
      );
      for (const hash of gone) {
        kept.forget(hash);
        blocks.forget(hash);
      }
      // Objects that can't be deleted now are found by the next sweep; the failure is reported as a fault.
      if (objects) await objects.sweep();
      return gone;
    },
  };
}

/**
 * Returns the key of a blob's object; null if its bytes are in the database, undefined if there is no such
 * blob.
 */
async function placeOf(stored: Stored, hash: string): Promise<string | null | undefined> {
  if (!hashPattern.test(hash)) return undefined;
  const row = await stored.selectFrom('blobs').select('place').where('hash', '=', hash).executeTakeFirst();
  return row?.place;
}

/** Returns the existing blocks in the database from one number up to another. */
async function blocksOf(stored: Stored, hash: string, from: number, to: number): Promise<Uint8Array[]> {
  const found = await stored
    .selectFrom('blob_blocks')
    .select('bytes')
    .where('hash', '=', hash)
    .where('number', '>=', from)
    .where('number', '<', to)
    .orderBy('number')
    .execute();
  return found.map(({ bytes }) => bytes);
}

/** Returns the bytes of a blob in the database. */
async function wholeOf(stored: Stored, hash: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let at = 0; parts.length === at; at += blocksPerStatement)
    parts.push(...(await blocksOf(stored, hash, at, at + blocksPerStatement)));
  return concatBytes(...parts);
}

/** Reads blobs by blocks, from the database or from objects. */
function blocksIn(stored: Stored, storeOf: (hash: string) => ObjectStore): BlobBlocks {
  return new BlobBlocks({
    async reading(hash, work) {
      const place = await placeOf(stored, hash);
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
        const [block] = await blocksOf(stored, hash, number, number + 1);
        const part = block?.subarray(position - number * blockLength).subarray(0, into.length);
        if (part) into.set(part);
        return part?.length ?? 0;
      });
      return true;
    },
  });
}

/**
 * Inserts a blob with its blocks; a blob that is put again is protected from a sweep before its version is
 * committed.
 */
async function insertBlob(files: Stored, hash: string, bytes: Uint8Array, put_at: number): Promise<void> {
  const { numInsertedOrUpdatedRows } = await files
    .insertInto('blobs')
    .values({ hash, place: null, put_at })
    .onConflict(conflict => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) {
    await files.updateTable('blobs').set({ put_at }).where('hash', '=', hash).execute();
    return;
  }
  const all = Array.from({ length: Math.ceil(bytes.length / blockLength) }, (_, number) => ({
    hash,
    number,
    bytes: bytes.subarray(number * blockLength, (number + 1) * blockLength),
  }));
  for (let at = 0; at < all.length; at += blocksPerStatement)
    await files
      .insertInto('blob_blocks')
      .values(all.slice(at, at + blocksPerStatement))
      .execute();
}

/**
 * Deletes blobs that are not in `named` and were not put since `before`, ms since 1970; returns their
 * hashes.
 */
async function deleteUnnamed(
  files: Stored,
  named: ReadonlySet<string>,
  before: number,
): Promise<readonly string[]> {
  // Includes puts by other processes, whose versions may be about to be committed.
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
}

function missing(hash: string): MurmurationError {
  return new MurmurationError('model.missing', `The blob ${hash} is missing; restore it from a backup.`);
}
