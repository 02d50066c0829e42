import { activations } from '@murmuration/engine/fused/kernels';
import { createWorkspace } from '@murmuration/engine/fused/web-assembly';
import type { Workspace } from '@murmuration/engine/fused/workspace';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { integers, numbers, relativeError } from '../numbers.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});

/** Puts arrays into the kernels' memory, one after the other from its beginning; their addresses. */
function put<Arrays extends (Float32Array | Int32Array)[]>(
  ...arrays: Arrays
): { [Place in keyof Arrays]: number } {
  workspace.release(64);
  const at = arrays.map(values => workspace.reserve(values.length));
  workspace.commit();
  for (const [i, values] of arrays.entries()) {
    const memory = values instanceof Int32Array ? workspace.ints : workspace.floats;
    memory.set(values, at[i]! / 4);
  }
  return at as { [Place in keyof Arrays]: number };
}

const extremes = [0, -0, 1e-30, -1e-6, 3, -7.9, 20, -20, 88, -88, 1e4, -1e4, Infinity, -Infinity, Number.NaN];

describe('activations', () => {
  const exact: Record<keyof typeof activations, (x: number) => number> = {
    linear: x => x,
    tanh: Math.tanh,
    sigmoid: x => 1 / (1 + Math.exp(-x)),
    hardSigmoid: x => Math.min(1, Math.max(0, 0.2 * x + 0.5)),
    relu: x => (Number.isNaN(x) ? x : Math.max(0, x)),
  };

  it.each(Object.keys(exact) as (keyof typeof activations)[])(
    '%s is exact to a few units of the last place',
    name => {
      const floor = name === 'hardSigmoid' ? 6e-8 : 1e-37; // it subtracts from 0.5
      for (const scale of [1e-3, 1, 10, 100]) {
        const x = Float32Array.from([...numbers(1_001, 1, scale), ...extremes]);
        const [at] = put(x);
        workspace.kernels.activate(activations[name], x.length, at);
        const y = workspace.view(at, x.length);
        for (let i = 0; i < x.length; i++) {
          const expected = exact[name](x[i]!);
          if (Number.isNaN(expected)) expect(y[i]).toBeNaN();
          else if (Number.isFinite(expected))
            expect(Math.abs(y[i]! - expected)).toBeLessThanOrEqual(5e-7 * Math.abs(expected) + floor);
          else expect(y[i]).toBe(expected);
        }
      }
    },
  );
});

describe('topK', () => {
  it('finds what sorting would, of equal values the first, NaN never', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.float(), fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN)), {
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 8 }),
        (values, count) => {
          const x = Float32Array.from(values);
          const [from, best, indices] = put(x, new Float32Array(count), new Int32Array(count));
          const found = workspace.kernels.topK(x.length, from, count, best, indices);
          const expected = [...x.keys()]
            .filter(i => !Number.isNaN(x[i]))
            .sort((a, b) => (x[b] === x[a] ? a - b : x[b]! - x[a]!))
            .slice(0, count);
          expect([...workspace.ints.subarray(indices / 4, indices / 4 + found)]).toEqual(expected);
          expect([...workspace.view(best, found)]).toEqual(expected.map(i => x[i]));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('rows', () => {
  it('of a lookup are added up where they were met, and the slots are free again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 999 }),
        (count, width, rows, seed) => {
          const indices = integers(count, seed, rows);
          const from = numbers(count * width, seed + 1);
          const slots = new Int32Array(rows).fill(-1);
          const [atIndices, atFrom, atSlots, atRows, atTo] = put(
            indices,
            from,
            slots,
            new Int32Array(count),
            new Float32Array(count * width),
          );
          const met = workspace.kernels.sparseRows(count, width, atIndices, atFrom, atSlots, atRows, atTo);
          const sums = new Map<number, number[]>();
          for (const [i, index] of indices.entries()) {
            const row = from.subarray(i * width, (i + 1) * width);
            sums.set(
              index,
              Array.from(row, (value, j) => Math.fround(value + (sums.get(index)?.[j] ?? 0))),
            );
          }
          const order = [...workspace.ints.subarray(atRows / 4, atRows / 4 + met)];
          expect(order).toEqual([...sums.keys()]);
          expect(relativeError(workspace.view(atTo, met * width), [...sums.values()].flat(), 1)).toBeLessThan(
            1e-6,
          );
          expect(workspace.ints.subarray(atSlots / 4, atSlots / 4 + rows)).toEqual(slots);
        },
      ),
    );
  });

  it('times a matrix are what the dense product gives, added to what is there', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 999 }),
        (k, n, seed) => {
          const [x, w, y] = [numbers(k, seed), numbers(k * n, seed + 1), numbers(n, seed + 2)];
          const [atX, atW, atY] = put(x, w, y);
          workspace.kernels.addRowProduct(k, n, atX, atW, atY);
          const expected = y.map((before, j) =>
            x.reduce((sum, value, i) => sum + value * w[i * n + j]!, before),
          );
          expect(relativeError(workspace.view(atY, n), expected, 1)).toBeLessThan(1e-6);
        },
      ),
    );
  });

  it('are summed by column, and squared', () => {
    const x = numbers(7 * 5, 1);
    const [atX, atSums] = put(x, new Float32Array(5));
    workspace.kernels.columnSums(7, 5, atX, atSums, 0);
    const sums = Array.from({ length: 5 }, (_, j) => x.filter((_, i) => i % 5 === j).reduce((a, b) => a + b));
    expect(relativeError(workspace.view(atSums, 5), sums)).toBeLessThan(1e-6);
    expect(workspace.kernels.squaredNorm(35, atX)).toBeCloseTo(
      x.reduce((sum, value) => sum + value * value, 0),
      10,
    );
  });
});
