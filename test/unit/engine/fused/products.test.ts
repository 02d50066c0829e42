import { writePanels } from '@murmuration/engine/fused/panels';
import { createWorkspace } from '@murmuration/engine/fused/web-assembly';
import type { Workspace } from '@murmuration/engine/fused/workspace';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers, relativeError } from '../numbers.ts';

interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Floats between the end of a row and the next. */
  readonly gap: number;
  readonly transposedA: boolean;
  readonly transposedB: boolean;
  readonly accumulate: boolean;
  readonly bias: boolean;
  readonly packed: boolean;
  readonly seed: number;
}

const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 20 }) },
  fc.integer({ max: 90, min: 1 }),
);
const product: fc.Arbitrary<Product> = fc.record({
  m: size,
  n: size,
  k: fc.oneof({ weight: 5, arbitrary: size }, fc.integer({ min: 250, max: 600 })),
  gap: fc.integer({ min: 0, max: 3 }),
  transposedA: fc.boolean(),
  transposedB: fc.boolean(),
  accumulate: fc.boolean(),
  bias: fc.boolean(),
  packed: fc.boolean(),
  seed: fc.integer({ min: 0, max: 10_000 }),
});

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});

/** What the kernel leaves of C, what lies between its rows included, and what should be there, summed up in double precision. */
function both(p: Product, change: (a: Float32Array) => void = () => {}): [Float32Array, Float32Array] {
  const { m, n, k, gap } = p;
  const { kernels } = workspace;
  workspace.release(64);
  const [lda, ldb, ldc] = [(p.transposedA ? m : k) + gap, (p.transposedB ? k : n) + gap, n + gap];
  const a = numbers((p.transposedA ? k : m) * lda, p.seed);
  const b = numbers((p.transposedB ? n : k) * ldb, p.seed + 1);
  const c = numbers(m * ldc, p.seed + 2);
  const bias = numbers(n, p.seed + 3);
  change(a);
  const reserve = ({ length }: Float32Array) => workspace.reserve(length);
  const [atA, atB, atC, atBias] = [reserve(a), reserve(b), reserve(c), reserve(bias)];
  const scratch = workspace.reserveBytes(kernels.scratchBytes(0));
  const panels = workspace.reserveBytes(kernels.packedBytes(k, n));
  workspace.commit();
  for (const [at, values] of [
    [atA, a],
    [atB, b],
    [atC, c],
    [atBias, bias],
  ] as const)
    workspace.view(at, values.length).set(values);
  const tail = [atC, ldc, Number(p.accumulate), p.bias ? atBias : 0, scratch] as const;
  const left = [m, n, k, atA, lda, Number(p.transposedA)] as const;
  if (p.packed) {
    kernels.pack(k, n, atB, ldb, Number(p.transposedB), panels);
    kernels.multiplyPacked(...left, panels, ...tail);
  } else {
    kernels.multiply(...left, atB, ldb, Number(p.transposedB), ...tail);
  }
  const expected = Float32Array.from(c, (before, i) => {
    const [row, column] = [Math.floor(i / ldc), i % ldc];
    if (column >= n) return before;
    let sum = (p.accumulate ? before : 0) + (p.bias ? bias[column]! : 0);
    for (let q = 0; q < k; q++) {
      sum +=
        a[p.transposedA ? q * lda + row : row * lda + q]! *
        b[p.transposedB ? column * ldb + q : q * ldb + column]!;
    }
    return sum;
  });
  return [workspace.view(atC, c.length).slice(), expected];
}

describe('dense products', () => {
  it('agree with sums in double precision, in all transpositions and sizes, empty ones included', () => {
    fc.assert(
      fc.property(product, p => {
        const [actual, expected] = both(p);
        expect(relativeError(actual, expected, 1)).toBeLessThan(1e-5);
      }),
      { numRuns: 400 },
    );
  });

  it('need several blocks in each direction, and agree', () => {
    for (const packed of [false, true]) {
      const options = { gap: 0, accumulate: true, bias: true, packed, seed: 5 };
      for (const [transposedA, transposedB] of [
        [false, false],
        [true, true],
      ] as const) {
        const [actual, expected] = both({ ...options, m: 70, n: 700, k: 300, transposedA, transposedB });
        expect(relativeError(actual, expected, 1)).toBeLessThan(1e-5);
      }
    }
  });

  it('give a row the same bytes alone and among others, once the matrix is packed', () => {
    const { kernels } = workspace;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 600 }),
        fc.boolean(),
        fc.boolean(),
        fc.nat(),
        (n, k, accumulate, hasBias, seed) => {
          const m = 7;
          workspace.release(64);
          const [a, c, biases] = [numbers(m * k, seed), numbers(m * n, seed + 1), numbers(n, seed + 2)];
          const [atA, atC, atBias] = [a, c, biases].map(({ length }) => workspace.reserve(length)) as [
            number,
            number,
            number,
          ];
          const scratch = workspace.reserveBytes(kernels.scratchBytes(0));
          const panels = workspace.reserveBytes(kernels.packedBytes(k, n));
          workspace.commit();
          workspace.view(atA, a.length).set(a);
          workspace.view(atBias, n).set(biases);
          const matrix = numbers(k * n, seed + 3);
          writePanels(matrix, k, n, workspace.view(panels, kernels.packedBytes(k, n) / 4));
          const bias = hasBias ? atBias : 0;
          const products = (rows: number) => {
            workspace.view(atC, c.length).set(c);
            for (let row = 0; row < m; row += rows) {
              const [x, y] = [atA + 4 * row * k, atC + 4 * row * n];
              const count = Math.min(rows, m - row);
              // biome-ignore format: one line for each matrix
              kernels.multiplyPacked(
                count, n, k, x, k, 0, panels, y, n, Number(accumulate), bias, scratch,
              );
            }
            return workspace.view(atC, c.length).slice();
          };
          const together = products(m);
          for (const rows of [1, 2, 3, 4]) expect(products(rows)).toEqual(together);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('find a matrix in panels, whether the kernels wrote them or not', () => {
    const { kernels } = workspace;
    for (const [k, n] of [
      [1, 1],
      [300, 8],
      [513, 21],
    ] as const) {
      workspace.release(64);
      const matrix = numbers(k * n, k);
      const bytes = kernels.packedBytes(k, n);
      const [from, to] = [workspace.reserve(k * n), workspace.reserveBytes(bytes)];
      workspace.commit();
      workspace.view(from, k * n).set(matrix);
      kernels.pack(k, n, from, n, 0, to);
      const panels = new Float32Array(bytes / 4).fill(Number.NaN);
      writePanels(matrix, k, n, panels);
      expect(panels).toEqual(workspace.view(to, bytes / 4));
    }
  });

  it('agree where few rows meet a large matrix, which is not copied then', () => {
    for (const [m, n, k] of [
      [13, 1_203, 299],
      [16, 33, 18],
      [1, 401, 70],
    ] as const) {
      for (const transposedA of [false, true]) {
        for (const transposedB of [false, true]) {
          const options = { gap: 1, accumulate: transposedA, bias: !transposedB, packed: false, seed: k };
          const [actual, expected] = both({ ...options, m, n, k, transposedA, transposedB });
          expect(relativeError(actual, expected, 1)).toBeLessThan(1e-5);
        }
      }
    }
  });

  it('carry a NaN to its row and no further', () => {
    fc.assert(
      fc.property(product, fc.nat(), (p, where) => {
        fc.pre(p.m > 0 && p.n > 0 && p.k > 0);
        const [row, column] = [where % p.m, where % p.k];
        const lda = (p.transposedA ? p.m : p.k) + p.gap;
        const [actual] = both(p, a => {
          a[p.transposedA ? column * lda + row : row * lda + column] = Number.NaN;
        });
        const width = p.n + p.gap;
        const inRow = (i: number) => Math.floor(i / width) === row && i % width < p.n;
        expect(actual.every((value, i) => Number.isNaN(value) === inRow(i))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
