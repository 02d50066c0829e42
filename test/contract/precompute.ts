import { csv, jsonLines, moduleRows, rows, sqlQuery } from '@murmuration/serving/precompute/job/inputs';
import type { PrecomputeDefinition } from '@murmuration/serving/precompute/job/job';
import { type Database, tableNames } from '@murmuration/serving/precompute/table/schema';
import { openSql } from '@murmuration/sql/database/database';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { denseModel } from '../unit/serving/server/models.ts';
import { JobBench } from '../unit/serving/server/precompute/bench-of-jobs.ts';

/** What precompute jobs promise of any database; `address` names one that nobody uses. */
export function precomputeContract(of: string, address: () => Promise<string | undefined>): void {
  describe(`precompute jobs into ${of}`, () => {
    let bench: JobBench;
    const job = (more: Partial<PrecomputeDefinition> = {}): PrecomputeDefinition => ({
      name: 'sums',
      model: 'dense',
      inputs: csv('in.csv'),
      key: 'id',
      ...more,
    });
    /** Rows `a0`, `a1` … of x = [n, 1], of which version 1 makes n · 0 + 1 · 0.125. */
    const table = (count: number, first = 0) =>
      `id,x1,x2\n${Array.from({ length: count }, (_, at) => `a${first + at},${first + at},1`).join('\n')}\n`;

    beforeEach(async () => {
      bench = await JobBench.create(await address());
      await bench.models.put('dense', 1, await denseModel(2, 1));
      await bench.file('in.csv', table(3));
    });
    afterEach(() => bench.close());

    it('put what a model says of each row into a table, with the version that said it', async () => {
      const { jobs } = await bench.process([job({ validFor: '1 h' })]);
      const ended = await jobs.run('sums');
      expect(ended).toMatchObject({ read: 3, computed: 3, reused: 0, failed: 0, version: '1', error: null });
      expect(await bench.shown('precomputed_sums')).toEqual(
        [0, 1, 2].map(n => ({ key: `a${n}`, prediction: [0.125], model_version: '1' })),
      );
      const { row, isStale } = await jobs.find('sums', 'a1');
      expect(isStale).toBe(false);
      expect(row).toMatchObject({
        computed_at: bench.clock.now(),
        valid_until: bench.clock.now() + 3_600_000,
      });
    });

    it('take the same rows from CSV, JSON Lines, SQL, a module and a function', async () => {
      const records = [0, 1, 2].map(n => ({ id: `a${n}`, x1: n, x2: 1 }));
      await bench.file('in.jsonl', records.map(record => JSON.stringify(record)).join('\n'));
      await bench.file(
        'rows.mjs',
        `export default async function* () { yield* ${JSON.stringify(records)}; }`,
      );
      await bench.file('semicolons.csv', '\ufeffx2;"id";x1\r\n1;a0;0\r\n\r\n1;"a1";1\r\n1;a2;2');
      const database = await openSql(bench.into);
      await sql`create table source (id text, x1 double precision, x2 integer)`.execute(database.rows);
      for (const { id, x1, x2 } of records)
        await sql`insert into source values (${id}, ${x1}, ${x2})`.execute(database.rows);
      await database.close();
      const columns = { x: ['x1', 'x2'] };
      const { jobs } = await bench.process([
        job({ name: 'csv', inputs: csv('semicolons.csv', { delimiter: ';' }), columns }),
        job({ name: 'lines', inputs: jsonLines('in.jsonl'), columns }),
        job({ name: 'sql', inputs: sqlQuery(bench.into, 'select * from source order by id'), columns }),
        job({ name: 'module', inputs: moduleRows('rows.mjs'), columns }),
        job({ name: 'function', inputs: rows(() => records), columns }),
      ]);
      const expected = [0, 1, 2].map(n => ({ key: `a${n}`, prediction: [0.125], model_version: '1' }));
      for (const name of jobs.names) {
        expect(await jobs.run(name), name).toMatchObject({ computed: 3, failed: 0 });
        expect(await bench.shown(`precomputed_${name}`), name).toEqual(expected);
      }
    });

    it('leave out rows that can not be used, say where and why, and stop no other', async () => {
      await bench.file(
        'in.csv',
        [
          'id,x1,x2',
          'good,1,2',
          'word,one,2',
          'short,1',
          'empty,,2',
          ',1,2',
          'good,3,4',
          'hex,0x10,1',
          'large,1e300,1',
          'b"ad,1,2',
          'last,"1",2',
          '',
        ].join('\n'),
      );
      const { jobs } = await bench.process([job()]);
      const { failures, ...counts } = await jobs.run('sums');
      expect(counts).toMatchObject({ read: 10, computed: 2, failed: 8 });
      const lines = failures.map(({ line, key }) => [line, key]).sort(([a], [b]) => Number(a) - Number(b));
      expect(lines).toEqual([
        [3, 'word'],
        [4, null],
        [5, 'empty'],
        [6, null],
        [7, 'good'],
        [8, 'hex'],
        [9, 'large'],
        [10, null],
      ]);
      const reason = (line: number) => failures.find(each => each.line === line)?.reason;
      expect(reason(3)).toBe('"x1" holds "one", which the model does not take.');
      expect(reason(4)).toBe('it has 2 columns, where the first row names 3');
      expect(reason(5)).toBe('"x1" holds nothing, which the model does not take.');
      expect(reason(6)).toBe('The key "id" is missing.');
      expect(reason(7)).toBe('another row before it has the same key');
      expect((await bench.shown('precomputed_sums'))?.map(({ key }) => key)).toEqual(['good', 'last']);
      expect((await jobs.find('sums', 'good')).row.prediction).toBe('[0.25]');
    });

    it('keep the first bad rows only, and end where there are too many, with the old rows in place', async () => {
      const { jobs } = await bench.process([job({ failures: { kept: 2, most: 3 } })]);
      await jobs.run('sums');
      await bench.file('in.csv', `id,x1,x2\n${'bad,x,1\n'.repeat(3)}a9,1,2\n`);
      expect((await jobs.run('sums')).failures).toHaveLength(2);
      expect((await bench.shown('precomputed_sums'))?.map(({ key }) => key)).toEqual(['a9']);
      await bench.file('in.csv', `id,x1,x2\na10,1,1\n${'bad,x,1\n'.repeat(4)}`);
      await expect(jobs.run('sums')).rejects.toMatchObject({ code: 'data.row' });
      expect((await bench.shown('precomputed_sums'))?.map(({ key }) => key)).toEqual(['a9']);
      expect(await jobs.state('sums')).toMatchObject({
        last: { failed: 4, error: expect.stringMatching(/4 rows can't be used/) },
      });
    });

    it('compute again only what has changed: an input, or the version', async () => {
      const { jobs } = await bench.process([job({ model: 'dense@latest' })]);
      await jobs.run('sums');
      const first = (await jobs.find('sums', 'a2')).row.computed_at;
      await bench.clock.advance(5_000);
      await bench.file('in.csv', 'id,x1,x2\na1,7,1\na2,2,1\na5,1,1\n');
      expect(await jobs.run('sums')).toMatchObject({ computed: 2, reused: 1 });
      expect((await bench.shown('precomputed_sums'))?.map(({ key }) => key)).toEqual(['a1', 'a2', 'a5']);
      expect((await jobs.find('sums', 'a2')).row.computed_at).toBe(first);
      expect(await jobs.run('sums', { all: true })).toMatchObject({ computed: 3, reused: 0 });
      await bench.models.put('dense', 2, await denseModel(2, 1, 8));
      await expect
        .poll(async () => {
          await bench.clock.advance(2_000);
          return (await jobs.run('sums')).version;
        })
        .toBe('2');
      expect(await jobs.find('sums', 'a1')).toMatchObject({
        row: { prediction: '[8.125]', model_version: '2' },
      });
      expect(await jobs.run('sums')).toMatchObject({ computed: 0, reused: 3 });
    });

    it('let readers see all of the old rows or all of the new ones, and remove the old ones', async () => {
      await bench.models.put('dense', 2, await denseModel(2, 1, 8));
      await bench.models.aliases('dense', { champion: 1 });
      await bench.file('in.csv', table(300));
      const first = await bench.process([job({ model: 'dense@1' })]);
      const second = await bench.process([job({ model: 'dense@2' })]);
      await first.jobs.run('sums');
      const database = await openSql(bench.into);
      const seen = new Set<string>();
      let isOver = false;
      const read = async () => {
        while (!isOver) {
          const { rows } = await sql<{
            version: string;
            count: number;
          }>`select model_version as version, count(*) as count from precomputed_sums group by model_version`.execute(
            database.rows,
          );
          seen.add(JSON.stringify(rows));
        }
      };
      const reading = read();
      for (let time = 0; time < 4; time++) {
        await second.jobs.run('sums');
        await first.jobs.run('sums');
      }
      isOver = true;
      await reading;
      expect([...seen].sort()).toEqual(['1', '2'].map(version => JSON.stringify([{ version, count: 300 }])));
      const tables = await tableNames(database as unknown as Database);
      expect(tables.filter(name => name.startsWith('precompute_')).sort()).toEqual([
        'precompute_9_sums',
        'precompute_jobs',
      ]);
      await database.close();
    });

    it('run in one process at a time, and go on where another one has ended', async () => {
      let open = () => {};
      const gate = new Promise<void>(resolve => {
        open = resolve;
      });
      let begun = () => {};
      const inside = new Promise<void>(resolve => {
        begun = resolve;
      });
      const give = async function* () {
        for (let n = 0; n < 600; n++) yield { id: `a${n}`, x1: n, x2: 1 };
        begun();
        await gate;
        yield { id: 'last', x1: 1, x2: 1 };
      };
      const held = await bench.process([job({ inputs: rows(give), columns: { x: ['x1', 'x2'] } })]);
      const other = await bench.process([job()]);
      const running = held.jobs.run('sums');
      await inside;
      await expect(held.jobs.run('sums')).rejects.toMatchObject({ code: 'round.under-way' });
      await expect(other.jobs.run('sums')).rejects.toMatchObject({ code: 'round.under-way' });
      open();
      expect(await running).toMatchObject({ computed: 601 });
      expect(await other.jobs.run('sums')).toMatchObject({ computed: 0, reused: 3 });
    });

    it('take a job over from another machine once that has not held it for a minute', async () => {
      const { jobs } = await bench.process([job()]);
      await jobs.state('sums');
      const database = await openSql(bench.into);
      const until = bench.clock.now() + 60_000;
      await sql`update precompute_jobs set holder = 'elsewhere 1.1|boot pid:[1] 1 1', held_until = ${until}`.execute(
        database.rows,
      );
      await database.close();
      await bench.clock.advance(59_999);
      await expect(jobs.run('sums')).rejects.toMatchObject({ code: 'round.under-way' });
      await bench.clock.advance(1);
      expect(await jobs.run('sums')).toMatchObject({ computed: 3 });
    });

    it('write nothing more once another process has taken the job over', async () => {
      const give = async function* () {
        for (let n = 0; n < 600; n++) yield { id: `a${n}`, x1: n, x2: 1 };
        const database = await openSql(bench.into);
        await sql`update precompute_jobs set holder = 'somebody else'`.execute(database.rows);
        await database.close();
        yield { id: 'last', x1: 1, x2: 1 };
      };
      const { jobs } = await bench.process([job({ inputs: rows(give), columns: { x: ['x1', 'x2'] } })]);
      await expect(jobs.run('sums')).rejects.toMatchObject({ code: 'storage.in-use' });
      expect(await bench.shown('precomputed_sums')).toBeUndefined();
      expect(await jobs.state('sums')).toMatchObject({ table: null, last: null });
    });

    it('take what a run that was ended has computed, and give the rows of one that was not', async () => {
      const all = Array.from({ length: 5_000 }, (_, n) => ({ id: `a${n % 4_990}`, x1: n, x2: 1 }));
      const give = async function* (ends: boolean) {
        for (const [n, record] of all.entries()) {
          if (ends && n === 4_800) throw new Error('The power is gone.');
          yield record;
        }
      };
      const columns = { x: ['x1', 'x2'] };
      const broken = await bench.process([job({ inputs: rows(() => give(true)), columns })]);
      await expect(broken.jobs.run('sums')).rejects.toThrow('The power is gone.');
      expect(await bench.shown('precomputed_sums')).toBeUndefined();
      await broken.close();
      const whole = await bench.process([
        job({ inputs: rows(() => give(false)), columns }),
        job({ name: 'undisturbed', inputs: rows(() => give(false)), columns }),
      ]);
      const ended = await whole.jobs.run('sums');
      expect(ended).toMatchObject({ read: 5_000, failed: 10 });
      expect(ended.reused).toBeGreaterThanOrEqual(4_096);
      expect(ended.reused + ended.computed).toBe(4_990);
      await whole.jobs.run('undisturbed');
      expect(await bench.shown('precomputed_sums')).toEqual(await bench.shown('precomputed_undisturbed'));
    });

    it('keep no row of runs that were ended which the inputs no longer have', async () => {
      const columns = { x: ['x1', 'x2'] };
      const record = (id: string) => ({ id, x1: 1, x2: 1 });
      /** Ends where the rows that are only there in this run have been written. */
      const killed = async (only: string) => {
        const give = async function* () {
          for (let n = 0; n < 4_200; n++) yield record(n < 10 ? `${only} ${n}` : `a${n}`);
          throw new Error('The power is gone.');
        };
        const { jobs, close } = await bench.process([job({ inputs: rows(give), columns })]);
        await expect(jobs.run('sums')).rejects.toThrow('The power is gone.');
        await close();
      };
      await killed('of the first run');
      await killed('of the second run');
      const left = ['a10', 'a11', 'a5000'];
      const { jobs } = await bench.process([job({ inputs: rows(() => left.map(record)), columns })]);
      expect(await jobs.run('sums')).toMatchObject({ read: 3, reused: 2, computed: 1 });
      expect((await bench.shown('precomputed_sums'))?.map(({ key }) => key)).toEqual(left);
      await expect(jobs.find('sums', 'of the second run 1')).rejects.toMatchObject({
        code: 'request.not-found',
      });
    });

    it.each([
      ['serve', { isStale: true, row: { prediction: '[0.125]' } }],
      ['compute', { isStale: false, row: { prediction: '[0.125]' } }],
    ] as const)('%s rows that no longer count, where they are to', async (stale, expected) => {
      const { jobs } = await bench.process([job({ validFor: '1 h', stale })]);
      await jobs.run('sums');
      await bench.clock.advance(3_600_000);
      expect(await jobs.find('sums', 'a1')).toMatchObject(expected);
      const { row } = await jobs.find('sums', 'a1');
      const now = bench.clock.now();
      expect(row.computed_at).toBe(stale === 'compute' ? now : now - 3_600_000);
      expect((await jobs.find('sums', 'a1')).row).toEqual(row);
    });

    it('refuse rows that no longer count, where they are to, and those that there are not', async () => {
      const { jobs } = await bench.process([job({ validFor: '1 h', stale: 'refuse' })]);
      await expect(jobs.find('sums', 'a1')).rejects.toMatchObject({ code: 'inference.unavailable' });
      await jobs.run('sums');
      await bench.clock.advance(3_599_999);
      expect(await jobs.find('sums', 'a1')).toMatchObject({ isStale: false });
      await bench.clock.advance(1);
      await expect(jobs.find('sums', 'a1')).rejects.toMatchObject({
        code: 'inference.unavailable',
      });
      await expect(jobs.find('sums', 'a4')).rejects.toMatchObject({ code: 'request.not-found' });
      await expect(jobs.find('others', 'a1')).rejects.toMatchObject({ code: 'request.not-found' });
    });

    it('take whatever stands in keys and columns as what it is', async () => {
      const keys = ["'; drop table precompute_jobs; --", '"quoted" \\ {a,b}', 'a/b?c#d', 'NULL', '😀', '%_'];
      const column = 'x"); drop table precompute_jobs; --';
      await bench.file('in.jsonl', keys.map((id, n) => JSON.stringify({ id, [column]: [n, 1] })).join('\n'));
      const { jobs } = await bench.process([job({ inputs: jsonLines('in.jsonl'), columns: { x: column } })]);
      expect(await jobs.run('sums')).toMatchObject({ computed: keys.length, failed: 0 });
      for (const key of keys) expect((await jobs.find('sums', key)).row.key).toBe(key);
      expect(await jobs.run('sums')).toMatchObject({ computed: 0, reused: keys.length });
    });
  });
}
