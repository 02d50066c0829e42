import { migrate } from '@murmuration/storage/rows/migrate';
import { type Kysely, sql } from 'kysely';
import { expect, it } from 'vitest';
import { PackedProcess } from '../../../../e2e/processes.ts';
import { documentsAreMoved } from './moved-documents.ts';
import { openRows } from './open-rows.ts';

/** Has `work` use a database as it is. */
async function using<Value>(
  place: string,
  work: (opened: Awaited<ReturnType<typeof openRows>>) => Promise<Value>,
): Promise<Value> {
  const opened = await openRows(place);
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

async function namesIn(rows: Kysely<unknown>): Promise<string[]> {
  const { rows: found } = await sql<{ name: string }>`select name from migrations`.execute(rows);
  return found.map(({ name }) => name).sort();
}

/** All tables, columns, indexes and triggers. */
async function schemaOf(place: string): Promise<unknown[]> {
  return using(place, async ({ rows, kind }) => {
    const query =
      kind === 'sqlite'
        ? sql`select type, name, tbl_name, sql from sqlite_master order by type, name`
        : sql`
            select table_name, column_name, data_type, is_nullable, column_default
            from information_schema.columns where table_schema = 'public'
            union all select tablename, indexname, indexdef, null, null from pg_indexes where schemaname = 'public'
            union all select event_object_table, trigger_name, event_manipulation, action_statement, null
            from information_schema.triggers
            order by 1, 2, 3`;
    return (await query.execute(rows)).rows;
  });
}

/** Names of the steps that a database lacks. */
const missingIn = (place: string) =>
  using(place, async ({ rows, steps }) => {
    const done = new Set(await namesIn(rows));
    return steps.map(({ name }) => name).filter(name => !done.has(name));
  });

/** A database that an older version left behind; `copy` gives a new copy of it, `fresh` an empty database. */
export function migrationsHold(
  least: number,
  { copy, fresh }: { copy: () => Promise<string>; fresh: () => Promise<string> },
): void {
  async function newSchema(): Promise<unknown[]> {
    const place = await fresh();
    await using(place, ({ rows, kind, steps }) => migrate(rows, steps, kind));
    return schemaOf(place);
  }

  it('that stop at any step leave nothing behind, and go on to the tables of a new database', async () => {
    const wanted = await newSchema();
    const missing = await missingIn(await copy());
    expect(missing.length).toBeGreaterThanOrEqual(least);
    for (const last of missing) {
      const place = await copy();
      const before = await schemaOf(place);
      await using(place, async ({ rows, kind, steps }) => {
        const failing = steps.map(step => ({
          ...step,
          async up(...args: Parameters<typeof step.up>) {
            await step.up(...args);
            if (step.name === last) throw new Error('no more');
          },
        }));
        await expect(migrate(rows, failing, kind)).rejects.toThrow('no more');
      });
      expect(await schemaOf(place)).toEqual(before);
      await using(place, ({ rows, kind, steps }) => migrate(rows, steps, kind));
      expect(await schemaOf(place)).toEqual(wanted);
    }
  });

  it('come to the same tables by way of any version in between', async () => {
    const wanted = await newSchema();
    for (const last of await missingIn(await copy())) {
      const place = await copy();
      await using(place, async ({ rows, kind, steps }) => {
        const at = steps.findIndex(({ name }) => name === last);
        const done = new Set(await namesIn(rows));
        await migrate(
          rows,
          steps.filter(({ name }, index) => index <= at || done.has(name)),
          kind,
        );
      });
      await using(place, ({ rows, kind, steps }) => migrate(rows, steps, kind));
      expect(await schemaOf(place)).toEqual(wanted);
    }
  });

  it('that are killed go on at the next start', async () => {
    const place = await copy();
    const missing = await missingIn(place);
    const before = await schemaOf(place);
    const killed = new PackedProcess('test/unit/coordinator/storage/rows/killed-migration.ts', [
      place,
      missing.at(-1)!,
    ]);
    expect([await killed.ended(), killed.errors]).toEqual(['SIGKILL', '']);
    expect(await schemaOf(place)).toEqual(before);
    await using(place, ({ rows, kind, steps }) => migrate(rows, steps, kind));
    expect(await missingIn(place)).toEqual([]);
  });

  documentsAreMoved(fresh);
}
