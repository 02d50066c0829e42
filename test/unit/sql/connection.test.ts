import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@murmuration/sql/sqlite/connection';
import type { Value } from '@murmuration/sql/values/value';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let connection: Connection;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-database-'));
  connection = await Connection.open(join(folder, 'a.db'), { busyTimeout: 0 });
  await connection.exec('create table kept (value any) strict');
});
afterAll(async () => {
  connection.close();
  await rm(folder, { recursive: true, force: true });
});

async function roundTrip(value: unknown): Promise<Value> {
  await connection.query('delete from kept');
  await connection.query('insert into kept values (?)', [value]);
  const { rows } = await connection.query('select value from kept');
  return rows[0]!.value!;
}

describe('a connection to a database', () => {
  it('gives back every value that it takes', async () => {
    const text = fc.string({ unit: 'grapheme' }).filter(each => !each.includes('\0'));
    const values = fc.oneof(
      text,
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }).filter(each => !Number.isInteger(each) || Number.isSafeInteger(each)),
      fc.uint8Array(),
      fc.constant(null),
    );
    await fc.assert(
      fc.asyncProperty(values, async value => {
        const back = await roundTrip(value);
        expect(back).toEqual(value);
        if (value instanceof Uint8Array) expect(back!.constructor).toBe(Uint8Array);
      }),
      { numRuns: 200 },
    );
  });

  it('takes the part of a buffer that a view shows', async () => {
    expect(await roundTrip(Buffer.from('abcdef').subarray(2, 4))).toEqual(Uint8Array.of(99, 100));
  });

  it.each([
    ['a boolean', true],
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['an integer that would be rounded', 2 ** 53],
    ['a bigint', 5n],
    ['text with NUL', 'a\0b'],
    ['half a surrogate pair', 'a\ud800'],
    ['a vector', Float32Array.of(1)],
    ['an object', {}],
    ['a date', new Date(0)],
  ])('refuses %s, which the database would change', async (_name, value) => {
    await expect(connection.query('select ?', [value])).rejects.toThrow(TypeError);
  });

  it('refuses to give back an integer that a number can not hold', async () => {
    await expect(connection.query('select 9007199254740993')).rejects.toThrow(RangeError);
  });

  it('says how many rows a change touched', async () => {
    await connection.query('delete from kept');
    expect((await connection.query('insert into kept values (1), (2), (3)')).changes).toBe(3);
    expect((await connection.query('delete from kept where value > 1')).changes).toBe(2);
  });

  it('leaves no transaction open behind a change that failed', async () => {
    await connection.exec('create table if not exists once (id integer primary key) strict');
    await connection.query('insert into once values (1)');
    await expect(connection.query('insert into once values (1)')).rejects.toThrow(/UNIQUE/);
    expect(connection.inTransaction).toBe(false);
    await connection.query('insert into once values (2)');
  });

  it('uses the same statement for different values, however many there are', async () => {
    for (let i = 0; i < 300; i++)
      expect((await connection.query(`select ? as c${i}`, [i])).rows[0]).toEqual({ [`c${i}`]: i });
    expect((await connection.query('select ? as c0', ['again'])).rows).toEqual([{ c0: 'again' }]);
  });

  it('takes nothing once it is closed, and closes twice', async () => {
    const other = await Connection.open(join(folder, 'b.db'), { busyTimeout: 0 });
    other.close();
    other.close();
    await expect(other.query('select 1')).rejects.toThrow(/closed/);
    await expect(other.exec('select 1')).rejects.toThrow(/closed/);
  });

  it.each([
    'create table if not exists other (value any) strict',
    'insert into kept values (1)',
    'select value from kept',
  ])('that is closed while it begins to run %s fails it, and ends no process', async sql => {
    for (let turns = 0; turns < 12; turns++) {
      const other = await Connection.open(join(folder, 'a.db'), { busyTimeout: 0 });
      const asked = other.query(sql).then(
        () => 'answered',
        error => String(error),
      );
      for (let turn = 0; turn < turns; turn++) await new Promise(resolve => setImmediate(resolve));
      other.close();
      expect(await asked).toMatch(/^answered$|closed|locked|busy/i);
    }
  });

  it('says where a file can not be opened, or is no database', async () => {
    await expect(Connection.open(join(folder, 'no', 'a.db'), { busyTimeout: 0 })).rejects.toMatchObject({
      code: 'storage.failed',
    });
    const junk = join(folder, 'junk.db');
    await writeFile(junk, new Uint8Array(8_192).fill(7));
    const opened = Connection.open(junk, { busyTimeout: 0 }).then(each => each.query('select * from kept'));
    await expect(opened).rejects.toMatchObject({ code: 'storage.corrupt' });
  });
});
