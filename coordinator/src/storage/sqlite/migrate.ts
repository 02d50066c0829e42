import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Kysely, sql } from 'kysely';
import { migrations } from './migrations/all.ts';
import type { Migration } from './migrations/migration.ts';

/**
 * Runs the steps that a database lacks, all in one transaction, which holds the lock of writing from its beginning. Throws
 * `storage.newer` where the database has steps that are not among them.
 */
export async function migrate<Tables>(
  database: Kysely<Tables>,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  await database.transaction().execute(async rows => {
    await sql`create table if not exists migrations (name text primary key)`.execute(rows);
    const { rows: done } = await sql<{ name: string }>`select name from migrations`.execute(rows);
    const names = new Set(done.map(({ name }) => name));
    const unknown = [...names].filter(name => !steps.some(step => step.name === name));
    if (unknown.length > 0)
      throw new MurmurationError(
        'storage.newer',
        `The database has the steps ${unknown.map(name => `"${name}"`).join(', ')}, which this version doesn't know; run the version that made it, or a newer one.`,
      );
    for (const step of steps) {
      if (names.has(step.name)) continue;
      await step.up(rows as unknown as Kysely<unknown>);
      await sql`insert into migrations (name) values (${step.name})`.execute(rows);
    }
  });
}
