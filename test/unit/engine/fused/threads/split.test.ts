import type { Kernels } from '@murmuration/engine/fused/kernels';
import { spansOf } from '@murmuration/engine/fused/threads/split';
import { createSharedWorkspace, createWorkspace } from '@murmuration/engine/fused/web-assembly';
import type { Workspace } from '@murmuration/engine/fused/workspace';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbers } from '../../numbers.ts';

/** Every call that can be split is, since parts may be so small. */
const SMALLEST = 1 / 100_000;

let workspaces: Workspace[];
beforeAll(async () => {
  workspaces = [
    await createWorkspace(),
    await createSharedWorkspace(2, true, SMALLEST),
    await createSharedWorkspace(3, true, SMALLEST),
  ];
});
afterAll(() => Promise.all(workspaces.map(workspace => workspace.close())));

/**
 * Runs a call on each workspace over the same values, and expects the same bytes of all of them. Of a NaN, WebAssembly leaves sign
 * and payload open (Core Specification 2.0, § 4.3.3), and V8's two compilers differ there: each one counts as the same.
 */
function same(
  values: Float32Array,
  call: (kernels: Kernels, at: number, scratch: number, workspace: Workspace) => void,
): Float32Array {
  const results = workspaces.map(workspace => {
    const start = workspace.bytes;
    const at = workspace.reserve(values.length);
    const scratch = workspace.reserveBytes(workspace.kernels.scratchBytes(0));
    workspace.commit();
    workspace.view(at, values.length).set(values);
    call(workspace.kernels, at, scratch, workspace);
    const result = workspace.view(at, values.length).map(value => (Number.isNaN(value) ? Number.NaN : value));
    workspace.release(start);
    return result;
  });
  const bytes = results.map(({ buffer }) => Buffer.from(buffer).toString('base64'));
  expect(new Set(bytes).size).toBe(1);
  return results[0]!;
}

const size = fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 17, max: 150 }));
const flag = fc.integer({ min: 0, max: 1 });

describe('kernels whose calls are split among threads', () => {
  it('have the bytes of one thread in products of any shape', () => {
    const shape = fc.record({ m: size, n: size, k: fc.integer({ min: 0, max: 600 }) });
    fc.assert(
      fc.property(shape, flag, flag, flag, flag, ({ m, n, k }, tA, tB, accumulate, bias) => {
        const values = numbers(m * k + k * n + m * (n + 3) + n, m + n + k, 1);
        same(values, (kernels, a, scratch) => {
          const b = a + 4 * m * k;
          const c = b + 4 * k * n;
          const start = bias * (c + 4 * m * (n + 3));
          const [lda, ldb] = [tA ? m : k, tB ? k : n];
          kernels.multiply(m, n, k, a, lda, tA, b, ldb, tB, c, n + 3, accumulate, start, scratch);
        });
      }),
      { numRuns: 150 },
    );
  });

  it('have them in products of packed matrices', () => {
    const shape = fc.record({ m: size, n: size, k: fc.integer({ min: 0, max: 600 }) });
    fc.assert(
      fc.property(shape, flag, flag, flag, ({ m, n, k }, tA, accumulate, bias) => {
        const { kernels } = workspaces[0]!;
        const values = numbers(m * k + k * n + m * n + n + kernels.packedBytes(k, n) / 4, m + n + k, 1);
        same(values, (kernels, a, scratch) => {
          const b = a + 4 * m * k;
          const c = b + 4 * k * n;
          const start = c + 4 * m * n;
          const packed = start + 4 * n;
          kernels.pack(k, n, b, n, 0, packed);
          kernels.multiplyPacked(m, n, k, a, tA ? m : k, tA, packed, c, n, accumulate, bias * start, scratch);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('have them in softmax cross-entropy, NaN included', () => {
    fc.assert(
      fc.property(size, size, fc.boolean(), (rows, classes, broken) => {
        const values = numbers(rows * (classes + 3), rows + classes, 3);
        if (broken) values[rows * classes - 1] = Number.NaN;
        const result = same(values, (kernels, logits, _, { ints }) => {
          const shares = logits + 4 * rows * classes;
          const labels = workspaceLabels(ints, shares + 8 * rows, rows, classes);
          kernels.softmaxCrossEntropy(rows, classes, logits, labels, shares, shares + 4 * rows, labels);
        });
        expect(result.subarray(0, rows * classes).some(Number.isNaN)).toBe(broken);
      }),
      { numRuns: 40 },
    );
  });

  it('have them in every step of descent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), count => {
        same(numbers(4 * count, count, 1).map(Math.abs), (kernels, w) => {
          const [g, v, m] = [1, 2, 3].map(i => w + 4 * i * count) as [number, number, number];
          kernels.sgd(count, w, g, 0.1);
          kernels.pull(count, w, v, g, 0.2);
          kernels.proximalSgd(count, w, v, g, 0.1, 0.2);
          kernels.momentum(count, w, g, v, 0.1, 0.9, 0.8, 1);
          kernels.adam(count, w, g, m, v, 0.1, 1, 0.9, 0.99, 2, 3, 1e-7);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('work on while memory grows', () => {
    for (const workspace of workspaces) {
      workspace.reserve(1_000_000);
      workspace.commit();
    }
    const sum = same(new Float32Array(3_000).fill(1), (kernels, w) => kernels.sgd(1_000, w, w + 4_000, 2));
    expect(sum.subarray(0, 1_000).every(value => value === -1)).toBe(true);
  });

  it('run more calls than there is room for at a time, each once', () => {
    same(new Float32Array(1_000).fill(1), (_, w, __, workspace) => {
      workspace.together(Array.from({ length: 499 }, (___, i) => ['sgd', 1, w + 4 * i, w + 4 * i, 0.5]));
    });
  });
});

function workspaceLabels(ints: Int32Array, at: number, rows: number, classes: number): number {
  for (let row = 0; row < rows; row++) ints[at / 4 + row] = row % classes;
  return at;
}

describe('spans', () => {
  it('make up the whole, begin at the grain, and are not too short', () => {
    const natural = (max: number) => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(fc.nat(5_000), fc.nat(20), natural(3), natural(40), (count, parts, power, least) => {
        const grain = 2 ** power;
        const spans = spansOf(count, parts, grain, least);
        expect(spans.length).toBeLessThanOrEqual(Math.max(1, parts));
        let end = 0;
        for (const [first, length] of spans) {
          expect(first).toBe(end);
          expect(first % grain).toBe(0);
          if (spans.length > 1) expect(length).toBeGreaterThanOrEqual(least);
          end += length;
        }
        expect(end).toBe(count);
      }),
    );
  });
});
