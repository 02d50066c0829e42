import {
  kernelWeightedVector,
  lostSquare,
  scalarWeightedVector,
  squaredNorm,
  weightedVector,
} from '@murmuration/rounds/aggregation/weighted-vector';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
const moderate = fc.float({ noNaN: true, min: -1e6, max: 1e6 });
const vectors = fc.integer({ min: 1, max: 700 }).chain(length =>
  fc.array(fc.float32Array({ minLength: length, maxLength: length, noNaN: true }), {
    minLength: 1,
    maxLength: 4,
  }),
);

const bytes = (values: Float64Array) => Buffer.from(values.slice().buffer);

it('the kernels and JavaScript add to the same bits', () => {
  fc.assert(
    fc.property(vectors, fc.infiniteStream(fc.integer({ min: 1, max: 2 ** 32 - 1 })), (deltas, weights) => {
      const both = [kernelWeightedVector(deltas[0]!.length), scalarWeightedVector(deltas[0]!.length)];
      for (const delta of deltas) {
        const weight = weights.next().value as number;
        for (const vector of both) {
          vector.take(delta);
          vector.add(weight);
        }
      }
      // Infinities make NaNs, and which one is up to the machine.
      const [one, other] = both.map(({ values }) =>
        values.map(value => (Number.isNaN(value) ? Number.NaN : value)),
      );
      expect(bytes(one!).equals(bytes(other!))).toBe(true);
    }),
  );
});

describe.each([
  ['the kernels', kernelWeightedVector],
  ['JavaScript', scalarWeightedVector],
])('by %s, a vector that is taken in', (_, make) => {
  it('changes no sum before it is added, and is added once for each time', () => {
    const vector = make(5);
    vector.take(Float32Array.of(1, 2, 3, 4, 5));
    expect(vector.values).toEqual(new Float64Array(5));
    vector.take(Float32Array.of(5, 4, 3, 2, 1));
    vector.add(2);
    vector.add(1);
    expect(vector.values).toEqual(Float64Array.of(15, 12, 9, 6, 3));
  });

  it('is measured within a few millionths, and what is lost below the range of a float32', () => {
    fc.assert(
      fc.property(
        fc.float32Array({ minLength: 1, maxLength: 3_000, noNaN: true, min: -1e6, max: 1e6 }),
        values => {
          const squares = make(values.length).take(values);
          const exact = squaredNorm(values);
          expect(Math.abs(squares - exact)).toBeLessThanOrEqual(4e-6 * exact + values.length * lostSquare);
        },
      ),
    );
  });

  it('has no finite measure where a value is no finite number, wherever it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.nat(),
        fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
        fc.oneof(finite, moderate),
        (length, place, spoilt, other) => {
          const values = new Float32Array(length).fill(other);
          values[place % length] = spoilt;
          expect(Number.isFinite(make(length).take(values))).toBe(false);
        },
      ),
    );
  });
});

describe('a vector of the platform', () => {
  it('is that of the kernels, and of JavaScript where there is no WebAssembly', () => {
    const [byKernels, plain] = [weightedVector(1_000), withoutWebAssembly(() => weightedVector(1_000))];
    // A vector of JavaScript begins where its memory does.
    expect([byKernels.values.byteOffset > 0, plain.values.byteOffset > 0]).toEqual([true, false]);
    const delta = Float32Array.from({ length: 1_000 }, (_, i) => Math.sin(i) / 50);
    for (const vector of [byKernels, plain]) {
      expect(vector.take(delta)).toBeCloseTo(squaredNorm(delta), 5);
      vector.add(3);
    }
    expect(bytes(byKernels.values).equals(bytes(plain.values))).toBe(true);
  });
});

function withoutWebAssembly<Made>(make: () => Made): Made {
  vi.stubGlobal('WebAssembly', undefined);
  try {
    return make();
  } finally {
    vi.unstubAllGlobals();
  }
}
