import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { contentHash } from '../../registry/content-hash.ts';
import type { BlobStore } from '../../registry/ports.ts';
import { blockLength } from '../../registry/stored-bytes.ts';
import { BlobBlocks } from '../blobs/blob-blocks.ts';
import { KeptBytes } from '../blobs/kept-bytes.ts';
import type { RowDatabase } from '../rows/database.ts';
import type { FileTables } from './tables.ts';

/** Blocks of one statement: 4 MiB. */
const blocksAtOnce = 64;
/** Hashes of one statement. */
const hashesAtOnce = 1_000;

/** Blobs as rows, in blocks of 64 KiB, checked against their hash whenever one is read. */
export function databaseBlobs({ rows, writer }: RowDatabase, clock: Clock): BlobStore {
  const stored = rows.withTables<FileTables>();
  const kept = new KeptBytes();
  /** When each was put last by this process, ms since 1970; read and written by the jobs of the writer, one after another. */
  const putAt = new Map<string, number>();

  const isThere = async (hash: string): Promise<boolean> => {
    if (!hashPattern.test(hash)) return false;
    const row = await stored.selectFrom('blobs').select('hash').where('hash', '=', hash).executeTakeFirst();
    return row !== undefined;
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
  const blocks = new BlobBlocks({
    nameOf: hash => `the blob ${hash}`,
    async reading(hash, work) {
      if (!(await isThere(hash))) return false;
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

  return {
    async put(bytes) {
      // What is written is what the caller has now, whatever becomes of its buffer.
      const own = new Uint8Array(bytes);
      const hash = contentHash(own);
      await writer.write(async changes => {
        const files = changes.withTables<FileTables>();
        putAt.set(hash, clock.now());
        const { numInsertedOrUpdatedRows } = await files
          .insertInto('blobs')
          .values({ hash })
          .onConflict(conflict => conflict.doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows === 0n) return;
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
      if (!(await isThere(hash)))
        throw new MurmurationError('model.missing', `The blob ${hash} is missing; restore it from a backup.`);
      const parts: Uint8Array[] = [];
      for (let at = 0; parts.length === at; at += blocksAtOnce)
        parts.push(...(await blocksOf(hash, at, at + blocksAtOnce)));
      const bytes = concatBytes(...parts);
      if (contentHash(bytes) !== hash)
        throw new MurmurationError(
          'model.corrupt',
          `The bytes of the blob ${hash} don't match their hash; restore them from a backup.`,
        );
      kept.put(hash, bytes);
      return bytes;
    },

    open: (hash, toRead) => blocks.open(hash, toRead),

    async sweep(named, before) {
      const gone = await writer.write(async changes => {
        const files = changes.withTables<FileTables>();
        const all = await files.selectFrom('blobs').select('hash').execute();
        const unnamed = all
          .map(({ hash }) => hash)
          .filter(hash => !named.has(hash) && (putAt.get(hash) ?? -Infinity) < before);
        for (let at = 0; at < unnamed.length; at += hashesAtOnce) {
          const hashes = unnamed.slice(at, at + hashesAtOnce);
          await files.deleteFrom('blob_blocks').where('hash', 'in', hashes).execute();
          await files.deleteFrom('blobs').where('hash', 'in', hashes).execute();
        }
        return unnamed;
      });
      for (const hash of gone) {
        putAt.delete(hash);
        kept.forget(hash);
        blocks.forget(hash);
      }
      return gone;
    },
  };
}
