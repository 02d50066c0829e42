import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '@murmuration/protocol/primitives/node';
import { openSql, type SqlDatabase } from '@murmuration/sql/database/database';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { denseModel, ModelFolder } from '../unit/serving/server/models.ts';
import { PackedProcess } from './processes.ts';

const cli = 'coordinator/cli/src/cli.ts';
let models: ModelFolder;
let folder: string;
let running: PackedProcess | undefined;

beforeAll(async () => {
  models = await ModelFolder.create();
  await models.put('dense', 1, await denseModel(2, 1));
  folder = await mkdtemp(join(tmpdir(), 'murmuration-precompute-command-'));
  const job = { name: 'sums', model: 'dense', inputs: { csv: 'in.csv' }, key: 'id' };
  await writeFile(join(folder, 'in.csv'), 'id,x1,x2\na,1,1\nb,one,1\nc,3,1\n');
  await writeFile(
    join(folder, 'jobs.json'),
    JSON.stringify({ jobs: [job, { ...job, name: 'large', inputs: { csv: 'large.csv' } }] }),
  );
  // Every tenth key is one that came before.
  const line = (n: number) => `k${n % 10 === 9 ? n - 9 : n},${n},${n % 7}`;
  await writeFile(
    join(folder, 'large.csv'),
    `id,x1,x2\n${Array.from({ length: 120_000 }, (_, n) => line(n)).join('\n')}\n`,
  );
});
afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended();
  running = undefined;
});
afterAll(async () => {
  await models.remove();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]) => {
  running = new PackedProcess(cli, args);
  return running;
};
const precompute = (name: string, into: string, ...more: readonly string[]) =>
  run(
    'precompute',
    join(folder, 'jobs.json'),
    name,
    '--from',
    models.path,
    '--into',
    join(folder, into),
    ...more,
  );

describe('murmuration precompute', () => {
  it('fills the table of a job, and says which rows it could not use', async () => {
    const program = precompute('sums', 'small.db');
    expect(await program.ended()).toBe(0);
    expect(program.errors).toMatch(
      /sums: 2 rows after \d+\.\d s; 2 computed, 0 unchanged, 1 could not be used\./,
    );
    expect(program.errors).toMatch(/line 3, key b: "x1" holds "one"/);
    const again = precompute('sums', 'small.db', '--json');
    expect(await again.ended()).toBe(0);
    expect(JSON.parse(again.output)).toMatchObject({
      job: 'sums',
      read: 3,
      computed: 0,
      reused: 2,
      failed: 1,
    });
  });

  it('has, killed three times in the middle, the table of a run that was not', async () => {
    const undisturbed = precompute('large', 'undisturbed.db');
    expect(await undisturbed.ended()).toBe(0);
    let database: SqlDatabase<unknown> | undefined;
    try {
      for (let attempt = 1; attempt <= 3; attempt++) {
        const program = precompute('large', 'killed.db');
        await expect
          .poll(
            async () => {
              database ??= await openSql(join(folder, 'killed.db'));
              return newestRows(database, attempt);
            },
            { interval: 5 },
          )
          .toBeGreaterThan(0);
        program.child.kill('SIGKILL');
        expect(await program.ended()).toBe('SIGKILL');
        expect(await viewOf(database!)).toBeUndefined();
      }
      const last = precompute('large', 'killed.db');
      expect(await last.ended()).toBe(0);
      expect(last.errors).toMatch(/start 4/);
      expect(last.errors).toMatch(/108000 rows .* 12000 could not be used/);
      const other = await openSql(join(folder, 'undisturbed.db'));
      const expected = await viewOf(other);
      await other.close();
      expect(expected).toMatch(/^108000 /);
      expect(await viewOf(database!)).toBe(expected);
    } finally {
      await database?.close();
    }
  });

  it('serves what it has computed beside the models', async () => {
    const config = join(folder, 'jobs-by-time.json');
    const job = { name: 'sums', model: 'dense', inputs: { csv: 'in.csv' }, key: 'id', every: '1 h' };
    await writeFile(config, JSON.stringify(job));
    const into = join(folder, 'served.db');
    const server = run(
      'inference',
      '--from',
      models.path,
      '--port',
      '0',
      '--precompute',
      config,
      '--into',
      into,
    );
    const [, url = ''] = await server.printed(/served on (http:\S+)/);
    await expect.poll(async () => (await fetch(`${url}/v1/precomputed/sums/c`)).status).toBe(200);
    expect(await (await fetch(`${url}/v1/precomputed/sums/c`)).json()).toMatchObject({ prediction: [0.125] });
    server.child.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
  });

  it.each([
    ['no job of this name', ['jobs.json', 'nothing'], /has no job "nothing". There is: sums, large/],
    ['a file that is not there', ['nowhere.json'], /can't be read/],
    ['a file without jobs', ['in.csv'], /can't be loaded|describes no job/],
  ])('says what is wrong with %s', async (_, [file = '', ...name], message) => {
    const program = run('precompute', join(folder, file), ...name, '--from', models.path);
    expect(await program.ended()).toBe(1);
    expect(program.errors).toMatch(message);
  });
});

/** Rows that this start of the run under way has written. */
async function newestRows(database: SqlDatabase<unknown>, attempt: number): Promise<number> {
  const table = 'precompute_1_large';
  const { rows } = await sql<{
    count: number;
  }>`select count(*) as count from ${sql.id(table)} where attempt = ${attempt}`
    .execute(database.rows)
    .catch(() => ({ rows: [{ count: 0 }] }));
  return rows[0]?.count ?? 0;
}

/** How many rows the view has, and a hash of all; undefined where there is none. */
async function viewOf(database: SqlDatabase<unknown>): Promise<string | undefined> {
  try {
    const { rows } = await sql<{
      line: string;
    }>`select key || ' ' || prediction || ' ' || model_version as line from precomputed_large order by key`.execute(
      database.rows,
    );
    const text = new TextEncoder().encode(rows.map(({ line }) => line).join('\n'));
    return `${rows.length} ${Buffer.from(native.sha256(text)).toString('hex')}`;
  } catch {
    return undefined;
  }
}
