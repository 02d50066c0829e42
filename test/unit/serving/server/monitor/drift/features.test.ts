import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { FeatureTally } from '@murmuration/serving/monitor/drift/feature-tally';
import { FeatureReader } from '@murmuration/serving/monitor/drift/features';
import { guessesOf } from '@murmuration/serving/monitor/prediction';
import { describe, expect, it } from 'vitest';

const utf8 = (text: string) => new TextEncoder().encode(text);

function read(inputs: readonly Tensor[], outputs: readonly Tensor[] = []) {
  const found: [string, unknown][] = [];
  new FeatureReader().read(inputs, guessesOf(outputs) ?? [], (name, _role, cell) => found.push([name, cell]));
  return found;
}

describe('features of a request', () => {
  it('are the numbers of each row, by the name of their tensor and column', () => {
    const x: Tensor = { name: 'x', datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
    const age: Tensor = { name: 'age', datatype: 'INT64', shape: [2], data: BigInt64Array.of(30n, 40n) };
    expect(read([x, age])).toEqual([
      ['x[0]', 1],
      ['x[1]', 2],
      ['x[0]', 3],
      ['x[1]', 4],
      ['age', 30],
      ['age', 40],
    ]);
  });

  it('are given row by row as well, with the same list of names each time', () => {
    const x: Tensor = { name: 'x', datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
    const many = Float64Array.from({ length: 128 }, (_, at) => at);
    const wide: Tensor = { name: 'wide', datatype: 'FP64', shape: [1, 128], data: many };
    const reader = new FeatureReader();
    const single: unknown[] = [];
    const rows: { names: readonly string[]; cells: unknown[] }[] = [];
    const readRows = () =>
      reader.read(
        [x, wide],
        [],
        name => single.push(name),
        (names, values, from) =>
          rows.push({ names, cells: names.map((_, column) => Number(values[from + column])) }),
      );
    readRows();
    readRows();
    expect(rows.slice(0, 2)).toEqual([
      { names: ['x[0]', 'x[1]'], cells: [1, 2] },
      { names: ['x[0]', 'x[1]'], cells: [3, 4] },
    ]);
    expect(new Set(rows.map(({ names }) => names)).size).toBe(1);
    expect(single).toEqual(['wide (mean)', 'wide (deviation)', 'wide (mean)', 'wide (deviation)']);
  });

  it('are counted in their bins, whatever the order of tensors and rows', () => {
    const plan = {
      id: 'p',
      features: Object.fromEntries(
        ['x[1]', 'age'].map(name => [
          name,
          { role: 'feature', bins: { kind: 'numbers', edges: [2.5, 35] } } as const,
        ]),
      ),
    };
    const tally = new FeatureTally(new FeatureReader(), plan);
    const data = Float32Array.of(1, 2, 3, Number.NaN, 5, Number.POSITIVE_INFINITY, 7, 40);
    const x: Tensor = { name: 'x', datatype: 'FP32', shape: [4, 2], data };
    const age: Tensor = { name: 'age', datatype: 'INT64', shape: [2], data: BigInt64Array.of(30n, 40n) };
    for (const inputs of [
      [x, age],
      [age, x],
    ])
      tally.add(inputs, []);
    expect(tally.take('m', '1')).toEqual({
      model: 'm',
      version: '1',
      requests: 2,
      plan: 'p',
      counts: {
        'x[1]': { counts: [2, 0, 2], missing: 2, unreadable: 2 },
        age: { counts: [0, 2, 2], missing: 0, unreadable: 0 },
      },
    });
  });

  it('are mean and deviation of a row with very many numbers', () => {
    const data = Float64Array.from({ length: 256 }, (_, at) => 1e6 + (at % 2));
    expect(read([{ name: 'pixels', datatype: 'FP64', shape: [1, 16, 16], data }])).toEqual([
      ['pixels (mean)', 1e6 + 0.5],
      ['pixels (deviation)', 0.5],
    ]);
  });

  it('are the length of a text and never what it says', () => {
    const data = [utf8('  my pin is 4711 '), utf8('')];
    const found = read([{ name: 'text', datatype: 'BYTES', shape: [2, 1], data }]);
    expect(found).toEqual([
      ['text (characters)', 17],
      ['text (words)', 4],
      ['text (characters)', 0],
      ['text (words)', 0],
    ]);
    expect(JSON.stringify(found)).not.toContain('pin');
  });

  it('are the best guess, and how sure the model is', () => {
    const scores: Tensor = {
      name: 'y',
      datatype: 'FP32',
      shape: [1, 3],
      data: Float32Array.of(0.25, 0.5, 0.25),
    };
    expect(read([], [scores])).toEqual([
      ['prediction', '1'],
      ['confidence', 0.5],
    ]);
    expect(read([], [{ name: 'y', datatype: 'FP32', shape: [1], data: Float32Array.of(7) }])).toEqual([
      ['prediction', 7],
    ]);
  });

  it('are none of what holds no rows, and of half floats', () => {
    expect(read([{ name: 'x', datatype: 'FP32', shape: [0, 2], data: new Float32Array(0) }])).toEqual([]);
    expect(read([{ name: 'x', datatype: 'FP16', shape: [1, 1], data: new Uint16Array(1) }])).toEqual([]);
    expect(read([{ name: 'x', datatype: 'FP32', shape: [1, 0], data: new Float32Array(0) }])).toEqual([]);
  });

  it('are those of the first rows where there are very many', () => {
    const data = new Float32Array(100_000);
    expect(read([{ name: 'x', datatype: 'FP32', shape: [100_000], data }])).toHaveLength(256);
  });
});
