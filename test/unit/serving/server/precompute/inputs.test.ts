import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import type { RowFailure } from '@murmuration/serving/precompute/input/batch';
import { readInputs } from '@murmuration/serving/precompute/input/reader';
import {
  csv,
  inputsSchema,
  type JobInputs,
  jsonLines,
  moduleRows,
} from '@murmuration/serving/precompute/job/inputs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-inputs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text: readonly TensorSpec[] = [{ name: 'text', datatype: 'BYTES', shape: [-1] }];
const given = (inputs: object): JobInputs => inputsSchema.parse(inputs);

/** All rows, a key and the text or numbers of each, with where they stood; and what could not be used. */
async function read(inputs: object, specs = text, columns = {}) {
  const rows: [line: number, key: string, value: unknown][] = [];
  const failures: RowFailure[] = [];
  for await (const batch of readInputs({ inputs: given(inputs), key: 'id', columns }, specs)) {
    failures.push(...batch.failures);
    for (const { keys, lines, inputs } of batch.groups) {
      const [{ data } = { data: [] }] = inputs;
      const width = data.length / keys.length;
      for (const [at, key] of keys.entries()) {
        const own = Array.from(data as ArrayLike<unknown>).slice(at * width, (at + 1) * width);
        const values = own.map(value =>
          value instanceof Uint8Array ? Buffer.from(value).toString() : value,
        );
        rows.push([lines[at]!, key, values.length === 1 ? values[0] : values]);
      }
    }
  }
  return { rows, failures };
}

const write = async (name: string, content: string) => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

describe('rows of a CSV file', () => {
  it('are what was written, whatever stands in their cells, on the lines where they begin', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'ü', '😀', ';'), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 30 }), async cells => {
        const quotes = (each: string) => `"${each.replaceAll('"', '""')}"`;
        const path = await write(
          'in.csv',
          `id,text\n${cells.map((each, at) => `k${at},${quotes(each)}\n`).join('')}`,
        );
        let line = 2;
        const expected = cells.map((each, at) => {
          const own = line;
          line += 1 + each.split('\n').length - 1;
          return [own, `k${at}`, each];
        });
        expect(await read(csv(path))).toEqual({ rows: expected, failures: [] });
      }),
      { numRuns: 10 },
    );
  });

  it('go on after a quotation mark that is wrong, and end with one that is not closed', async () => {
    const path = await write('in.csv', 'id,text\na,one\nb,t"wo\nc,three\nd,"four\ne,five\n');
    const { rows, failures } = await read(csv(path));
    expect(rows).toEqual([
      [2, 'a', 'one'],
      [4, 'c', 'three'],
    ]);
    expect(failures.map(({ line }) => line)).toEqual([3, expect.any(Number)]);
  });

  it('are not looked for in a file that is one row without end', async () => {
    const path = await write('in.csv', `id,text\na,"${'x'.repeat(20 << 20)}`);
    await expect(read(csv(path))).rejects.toMatchObject({ code: 'data.malformed' });
  });

  it('are none where there is nothing but names', async () => {
    expect(await read(csv(await write('in.csv', 'id,text\n')))).toEqual({ rows: [], failures: [] });
    expect(await read(csv(await write('empty.csv', '')))).toEqual({ rows: [], failures: [] });
  });
});

describe('a batch of rows', () => {
  it('is small where rows are large, whatever they are made of', async () => {
    const wide: readonly TensorSpec[] = [{ name: 'x', datatype: 'FP32', shape: [-1, -1] }];
    // A batch that took all of them would not be small.
    const rowCount = 12;
    const names = Array.from({ length: 50_000 }, (_, at) => `f${at}`).join();
    const cells = Array.from({ length: 50_000 }, (_, at) => at % 9).join();
    const numbers = Array.from({ length: rowCount }, (_, at) => `k${at},${cells}`).join('\n');
    const flat = csv(await write('wide.csv', `id,${names}\n${numbers}\n`));
    const lists = Array.from({ length: rowCount }, (_, id) =>
      JSON.stringify({ id, x: Array(50_000).fill(1) }),
    );
    const texts = Array.from({ length: rowCount }, (_, id) =>
      JSON.stringify({ id, text: 'ü'.repeat(100_000) }),
    );
    for (const [inputs, specs] of [
      [flat, wide],
      [jsonLines(await write('lists.jsonl', lists.join('\n'))), wide],
      [jsonLines(await write('texts.jsonl', texts.join('\n'))), text],
    ] as const) {
      const rows: number[] = [];
      for await (const { groups } of readInputs({ inputs: given(inputs), key: 'id', columns: {} }, specs))
        for (const { keys } of groups) rows.push(keys.length);
      expect(rows.reduce((sum, count) => sum + count, 0)).toBe(rowCount);
      expect(Math.max(...rows)).toBeLessThan(8);
    }
  });
});

describe('rows of JSON Lines', () => {
  it('are the objects of the lines, and each other line is at fault by itself', async () => {
    const lines = [
      'nonsense',
      '{"id":"a","text":"one"}',
      '',
      '[1]',
      '{"id":"b"}',
      '{"text":"two","id":7}',
      '{"id":"c","text"',
    ];
    const { rows, failures } = await read(jsonLines(await write('in.jsonl', lines.join('\n'))));
    expect(rows).toEqual([
      [2, 'a', 'one'],
      [6, '7', 'two'],
    ]);
    expect(failures.map(({ line, key }) => [line, key])).toEqual([
      [1, null],
      [4, null],
      [5, 'b'],
      [7, null],
    ]);
  });

  it('keep integers that a number would round, as keys and as values', async () => {
    const wide: readonly TensorSpec[] = [{ name: 'x', datatype: 'INT64', shape: [-1, 2] }];
    const path = await write('in.jsonl', '{"id":12345678901234567,"x":[9007199254740993,-1]}');
    expect((await read(jsonLines(path), wide)).rows).toEqual([
      [1, '12345678901234567', [9_007_199_254_740_993n, -1n]],
    ]);
  });

  it('are refused where no line is an object', async () => {
    await expect(read(jsonLines(await write('in.jsonl', 'a\nb\n')))).rejects.toMatchObject({
      code: 'data.malformed',
    });
  });
});

describe('rows of a program', () => {
  it('are at fault one by one, and refused where there are none', async () => {
    const path = await write(
      'rows.mjs',
      `export default [{ id: 'a', text: 'one' }, null, { id: 'b', text: 2 }];`,
    );
    const { rows, failures } = await read(moduleRows(path));
    expect(rows).toEqual([[1, 'a', 'one']]);
    expect(failures.map(({ line }) => line)).toEqual([2, 3]);
    const nothing = await write('nothing.mjs', 'export default 7;');
    await expect(read(moduleRows(nothing))).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(read(moduleRows(join(folder, 'lost.mjs')))).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });
});

describe('a column of numbers', () => {
  it.each([
    ['FP32', ['1.5', ' -2e3 '], [1.5, -2_000]],
    ['FP64', ['0.1'], [0.1]],
    ['INT32', ['-7'], [-7]],
    ['INT64', ['9007199254740993'], [9_007_199_254_740_993n]],
    ['BOOL', ['true', '0'], [1, 0]],
  ] as const)('of %s takes each of %j', async (datatype, cells, values) => {
    const path = await write('in.csv', `id,x\n${cells.map((cell, at) => `k${at},"${cell}"\n`).join('')}`);
    expect(await read(csv(path), [{ name: 'x', datatype, shape: [-1] }])).toEqual({
      rows: values.map((value, at) => [2 + at, `k${at}`, value]),
      failures: [],
    });
  });

  it.each([
    ['FP32', ['', ' ', '0x1f', '1e39', 'Infinity', '1,5']],
    ['FP64', ['NaN']],
    ['INT32', ['1.5', '2147483648']],
    ['UINT8', ['-1']],
    ['INT64', ['9223372036854775808']],
    ['BOOL', ['2']],
  ] as const)('of %s refuses each of %j', async (datatype, cells) => {
    const path = await write('in.csv', `id,x\n${cells.map((cell, at) => `k${at},"${cell}"\n`).join('')}`);
    const { rows, failures } = await read(csv(path), [{ name: 'x', datatype, shape: [-1] }]);
    expect(rows).toEqual([]);
    expect(failures).toMatchObject(cells.map((_, at) => ({ line: 2 + at, key: `k${at}` })));
  });
});
