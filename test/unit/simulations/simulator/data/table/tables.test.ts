import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '@murmuration/simulations/data/dataset';
import { csvDataset } from '@murmuration/simulations/data/table/csv';
import { jsonlDataset } from '@murmuration/simulations/data/table/jsonl';
import type { TableSettings } from '@murmuration/simulations/data/table/table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

const row = z.object({
  author: z.string().min(1),
  text: z.string(),
  stars: z.coerce.number().int().min(1).max(5),
  at: z.string(),
});
type Review = z.infer<typeof row>;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tables-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

type Rules = Omit<TableSettings<Review>, 'path' | 'row'>;

const readers: Record<string, (rows: readonly object[], rules?: Rules) => Promise<Dataset<Review>>> = {
  async csv(rows, rules = {}) {
    const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
    const lines = rows.map(values => Object.values(values).map(quoted).join(','));
    const path = await file('rows.csv', `\uFEFFauthor,text,stars,at\r\n${lines.join('\r\n')}\r\n`);
    return csvDataset({ path, row, ...rules });
  },
  async jsonl(rows, rules = {}) {
    const path = await file('rows.jsonl', rows.map(values => `${JSON.stringify(values)}\n`).join('\n'));
    return jsonlDataset({ path, row, ...rules });
  },
};

const review = (author: string, text: string, stars: number, day = 1) => ({
  author,
  text,
  stars,
  at: `2026-01-0${day}T00:00:00Z`,
});

describe.each(Object.entries(readers))('examples from a file of the kind %s', (_, read) => {
  it('are its rows, with users, classes and times beside those that clients see', async () => {
    const rows = [
      review('ann', 'good, "very"', 5, 3),
      review('bob', 'two\nlines', 1, 2),
      review('ann', 'naïve 😀', 5, 1),
      review('ann', '', 3, 4),
      review('bob', 'last', 5, 5),
    ];
    const data = await read(rows, { user: 'author', label: 'stars', time: 'at', heldOut: 0.4 });
    expect(data.train).toEqual([rows[0], rows[1], rows[2]]);
    expect(data.heldOut).toEqual([rows[3], rows[4]]);
    expect(data.users).toEqual(['ann', 'bob', 'ann']);
    // 1, 3 and 5 stars are the classes 0, 1 and 2.
    expect(data.labels).toEqual([2, 0, 2]);
    expect(data.times).toEqual([3, 2, 1].map(day => Date.UTC(2026, 0, day)));
  });

  it('have the columns alone that were asked for', async () => {
    const data = await read([review('ann', 'a', 1), review('bob', 'b', 2)], { heldOut: 0.5 });
    expect(data).toMatchObject({ train: [{ text: 'a' }], heldOut: [{ text: 'b' }] });
    expect(Object.keys(data)).toEqual(['name', 'train', 'heldOut']);
  });

  it('are refused at more rows than the limit, and before the first byte of too large a file', async () => {
    const rows = Array.from({ length: 3 }, () => review('ann', 'a', 1));
    await expect(read(rows, { limits: { rows: 2 } })).rejects.toMatchObject({ code: 'data.too-large' });
    await expect(read(rows, { limits: { rows: 3 } })).resolves.toMatchObject({});
    await expect(read(rows, { limits: { bytes: 100 } })).rejects.toMatchObject({ code: 'data.too-large' });
  });

  it('are refused where there are none', async () => {
    await expect(read([])).rejects.toMatchObject({ code: 'data.malformed' });
  });
});

it('a bad value is named by line and column, behind a row of several lines', async () => {
  const path = await file('bad.csv', 'author,text,stars,at\nann,"two\nlines",5,x\n\nbob,fine,six,x\n');
  const error = expect(csvDataset({ path, row })).rejects;
  await error.toMatchObject({
    code: 'data.row',
    detail: expect.stringMatching(/bad\.csv, line 5: stars is "six"; it has to be a whole number/),
  });
});

it('a row of several lines is named by its first one', async () => {
  const path = await file('first.csv', 'author,text,stars,at\nann,"two\nlines",9,x\n');
  await expect(csvDataset({ path, row })).rejects.toThrow(/line 2: stars is "9"; /);
});

it('a row with too few columns is named', async () => {
  const path = await file('short.csv', 'author,text,stars,at\nann,a,5,x\nbob,b,5\n');
  await expect(csvDataset({ path, row })).rejects.toThrow(/line 3: 3 columns, where the first row names 4/);
});

it('a quote that nobody closes is named by where the file ends', async () => {
  const path = await file('open.csv', 'author,text,stars,at\nann,"a,5,x\nbob,b,5,x\n');
  await expect(csvDataset({ path, row })).rejects.toMatchObject({ code: 'data.row' });
});

it('a line that is no JSON is named', async () => {
  const path = await file('bad.jsonl', `${JSON.stringify(review('ann', 'a', 1))}\n\n{"author": "bob"\n`);
  await expect(jsonlDataset({ path, row })).rejects.toMatchObject({
    code: 'data.row',
    detail: expect.stringMatching(/bad\.jsonl, line 3: it is no JSON/),
  });
});

it('a time that is none is named', async () => {
  const path = await file('time.csv', 'author,text,stars,at\nann,a,5,noon\n');
  await expect(csvDataset({ path, row, time: 'at' })).rejects.toThrow(
    /line 2: column "at": "noon" is no time/,
  );
});

it('a file that is not there is told', async () => {
  const path = join(folder, 'nowhere.csv');
  await expect(csvDataset({ path, row })).rejects.toMatchObject({ code: 'data.malformed' });
});
