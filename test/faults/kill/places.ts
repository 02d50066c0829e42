import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { sql } from 'kysely';
import { PostgresqlServer } from '../../postgresql-server.ts';

/** Where a coordinator that is killed keeps its state. */
export interface Place {
  /** What its configuration names. */
  readonly storage: string;
  /** Whether another coordinator waits for it. */
  readonly hasStandby: boolean;
  /** Counts the blobs whose name is not the SHA-256 of what they hold, and tells of each. */
  corruptBlobs(details: string[]): Promise<number>;
  remove(): Promise<void>;
}

export async function inFolder(): Promise<Place> {
  const storage = await mkdtemp(join(tmpdir(), 'murmuration-kill-'));
  return {
    storage,
    hasStandby: false,
    async corruptBlobs(details) {
      let corrupt = 0;
      const entries = await readdir(join(storage, 'blobs'), { withFileTypes: true, recursive: true });
      for (const { name, parentPath } of entries.filter(
        entry => entry.isFile() && !entry.name.endsWith('.tmp'),
      )) {
        if (sha256(await readFile(join(parentPath, name))) === name) continue;
        corrupt += 1;
        details.push(`the file ${name} holds something else`);
      }
      return corrupt;
    },
    remove: () => rm(storage, { recursive: true, force: true }),
  };
}

/** A real PostgreSQL on this machine, at an address of it, for which another coordinator waits. */
export async function inDatabase(address?: string): Promise<Place> {
  const server = await PostgresqlServer.start(address);
  const storage = await server.freshDatabase();
  return {
    storage,
    hasStandby: true,
    async corruptBlobs(details) {
      const { rows, close } = await openPostgresql<unknown>(storage);
      const { rows: blobs } = await sql<{ hash: string; bytes: Uint8Array }>`
        select blobs.hash, string_agg(bytes, '' order by number) as bytes
        from blobs left join blob_blocks on blob_blocks.hash = blobs.hash
        where blobs.place is null group by blobs.hash`.execute(rows);
      await close();
      const corrupt = blobs.filter(({ hash, bytes }) => sha256(bytes) !== hash);
      for (const { hash } of corrupt) details.push(`the blob ${hash} holds something else`);
      return corrupt.length;
    },
    remove: () => server.remove(),
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
