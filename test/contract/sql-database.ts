import { insertMany } from '@murmuration/sql/bulk/insert-many';
import type { SqlDatabase } from '@murmuration/sql/database/database';
import type { Value } from '@murmuration/sql/values/value';
import { Writer } from '@murmuration/sql/writes/writer';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Tables {
  readonly kept: {
    readonly id: number;
    readonly text: string | null;
    readonly number: number | null;
    readonly bytes: Uint8Array | null;
  };
}

/** What a database does, whichever it is; `open` gives one that nobody else uses, and `again` the same once more. */
export function sqlDatabaseContract(
  of: string,
  open: () => Promise<SqlDatabase<Tables>>,
  again: () => Promise<SqlDatabase<Tables>>,
): void {
  describe(`a database of ${of}`, () => {
    let database: SqlDatabase<Tables>;
    const row = (id: number, more: Partial<Tables['kept']> = {}) => ({
      id,
      text: null,
      number: null,
      bytes: null,
      ...more,
    });
    const add = (id: number) => database.rows.insertInto('kept').values(row(id)).execute();
    const ids = async () =>
      (await database.rows.selectFrom('kept').select('id').orderBy('id').execute()).map(({ id }) => id);

    beforeEach(async () => {
      database = await open();
      const types =
        database.kind === 'sqlite'
          ? { number: sql`real`, bytes: sql`blob` }
          : { number: sql`double precision`, bytes: sql`bytea` };
      await database.rows.schema
        .createTable('kept')
        .addColumn('id', 'bigint', column => column.primaryKey())
        .addColumn('text', 'text')
        .addColumn('number', types.number)
        .addColumn('bytes', types.bytes)
        .execute();
    });
    afterEach(() => database.close());

    it('gives back every value that it takes', async () => {
      const rows = fc.record({
        id: fc.maxSafeInteger(),
        text: fc.option(fc.string({ unit: 'grapheme' }).filter(each => !each.includes('\0'))),
        number: fc.option(
          fc.double({ noNaN: true }).filter(each => !Number.isInteger(each) || Number.isSafeInteger(each)),
        ),
        bytes: fc.option(fc.uint8Array()),
      });
      await fc.assert(
        fc.asyncProperty(rows, async given => {
          await database.rows.deleteFrom('kept').execute();
          await database.rows.insertInto('kept').values(given).execute();
          const back = await database.rows.selectFrom('kept').selectAll().executeTakeFirstOrThrow();
          expect(back).toEqual({ ...given, number: given.number === 0 ? expect.closeTo(0) : given.number });
        }),
        { numRuns: 100 },
      );
    });

    it('gives back as many rows as were inserted in bulk, each as it was', async () => {
      const columns = [
        { name: 'id', type: 'integer' },
        { name: 'text', type: 'text' },
        { name: 'bytes', type: 'bytes' },
      ] as const;
      const target = {
        kind: database.kind,
        table: 'kept',
        columns,
        onConflict: 'on conflict (id) do nothing',
      };
      const texts = ['plain', '', 'NULL', '"quoted" \\ {1,2}', "it's; drop table kept", 'ü\n\t😀', null];
      const rows = Array.from({ length: 1_000 }, (_, id) => ({
        id,
        text: texts[id % texts.length] ?? null,
        bytes: id % 3 === 0 ? null : Uint8Array.of(id & 255, 0, 92, 34),
      }));
      const values = rows.flatMap(({ id, text, bytes }): Value[] => [id, text, bytes]);
      const insert = () =>
        database.rows.transaction().execute(rows => insertMany(rows as never, target, values));
      expect(await insert()).toBe(1_000);
      expect(await insert()).toBe(0);
      const back = await database.rows
        .selectFrom('kept')
        .select(['id', 'text', 'bytes'])
        .orderBy('id')
        .execute();
      expect(back).toEqual(rows);
    });

    it.each([
      ['a boolean', true],
      ['NaN', Number.NaN],
      ['an integer that would be rounded', 2 ** 53],
      ['a bigint', 5n],
      ['text with NUL', 'a\0b'],
      ['half a surrogate pair', 'a\ud800'],
      ['an object', {}],
    ])('refuses %s, which it would change', async (_name, value) => {
      const query = sql`select ${value} as given`.execute(database.rows);
      await expect(query).rejects.toThrow(TypeError);
    });

    it('refuses to give back an integer that a number can not hold', async () => {
      const query = sql`select cast(9007199254740993 as bigint) as large`.execute(database.rows);
      await expect(query).rejects.toThrow(RangeError);
      await add(1);
      expect(await ids()).toEqual([1]);
    });

    it('keeps all of a transaction or nothing of it', async () => {
      await add(1);
      const changes = database.rows.transaction().execute(async rows => {
        await rows.insertInto('kept').values(row(2)).execute();
        await rows.insertInto('kept').values(row(1)).execute();
      });
      await expect(changes).rejects.toThrow(/unique/i);
      expect(await ids()).toEqual([1]);
    });

    it('keeps the rows of transactions that run at the same time apart', async () => {
      const move = (from: number, to: number) =>
        database.rows.transaction().execute(async rows => {
          await rows.deleteFrom('kept').where('id', '=', from).execute();
          await rows.insertInto('kept').values(row(to)).execute();
        });
      await Promise.all([1, 2, 3, 4].map(add));
      const seen: number[] = [];
      const look = async () => {
        for (let time = 0; time < 20; time++) seen.push((await ids()).length);
      };
      await Promise.all([look(), ...[1, 2, 3, 4].map(id => move(id, id + 10))]);
      expect(new Set(seen)).toEqual(new Set([4]));
      expect(await ids()).toEqual([11, 12, 13, 14]);
    });

    it('commits jobs that come together, each by itself', async () => {
      const writer = new Writer(database.rows);
      const jobs = Array.from({ length: 50 }, (_, id) =>
        writer.write(async rows => {
          await rows.insertInto('kept').values(row(id)).execute();
          if (id % 5 === 0) throw new Error(`no ${id}`);
        }),
      );
      const results = await Promise.allSettled(jobs);
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10);
      expect(await ids()).toEqual(Array.from({ length: 50 }, (_, id) => id).filter(id => id % 5 !== 0));
    });

    it('streams the rows of a query in their order, and can stop early', async () => {
      const { kind } = database;
      const columns = [{ name: 'id', type: 'integer' }] as const;
      const values = Array.from({ length: 1_234 }, (_, id) => id);
      await database.rows
        .transaction()
        .execute(rows => insertMany(rows as never, { kind, table: 'kept', columns, onConflict: '' }, values));
      const found: unknown[] = [];
      for await (const { id } of database.stream('select id from kept order by id;')) found.push(id);
      expect(found).toEqual(values);
      for await (const { id } of database.stream('select id from kept order by id')) {
        found.push(id);
        if (found.length === 1_300) break;
      }
      expect(found).toHaveLength(1_300);
      await add(2_000);
    });

    it('changes nothing by a query that is streamed', async () => {
      await add(1);
      const drain = async (query: string) => {
        for await (const _ of database.stream(query));
      };
      await expect(drain('delete from kept')).rejects.toThrow();
      await expect(drain('select 1 from nothing_there')).rejects.toThrow(/nothing_there/);
      expect(await ids()).toEqual([1]);
    });

    it('is there for the next program, and takes nothing once it is closed', async () => {
      await add(1);
      const other = await again();
      expect(await other.rows.selectFrom('kept').select('id').execute()).toEqual([{ id: 1 }]);
      await other.close();
      await other.close();
      await expect(other.rows.selectFrom('kept').select('id').execute()).rejects.toThrow();
      expect(await ids()).toEqual([1]);
    });
  });
}
