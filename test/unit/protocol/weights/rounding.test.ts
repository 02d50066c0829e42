import { kernelRounding, type Rounding, scalarRounding } from '@murmuration/protocol/weights/rounding';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededBytes } from '../../client-sdk/device.ts';

const byKernels = kernelRounding();

const cases = fc.record({
  values: fc.float32Array({ minLength: 1, maxLength: 70 }),
  step: fc.double({ min: 1e-6, max: 10, noNaN: true }),
  bits: fc.integer({ min: 2, max: 24 }),
  weight: fc.integer({ min: 1, max: 100 }),
  seed: fc.nat(),
});

type Case = typeof cases extends fc.Arbitrary<infer Each> ? Each : never;

const ringOf = (round: Rounding, { values, step, bits, weight, seed }: Case) => {
  const ring = new Int32Array(values.length + 1).fill(7);
  round({ values, step, largest: 2 ** (bits - 1) - 1, weight, random: seededBytes(seed) }, ring);
  return ring;
};

describe('QU3: rounding', () => {
  it('is the same by kernels and in JavaScript, to the last bit', () => {
    fc.assert(
      fc.property(cases, each => {
        expect(ringOf(byKernels, each)).toEqual(ringOf(scalarRounding, each));
      }),
      { numRuns: 500 },
    );
  });

  it.each([4_095, 4_096, 4_097, 9_000])('draws the same bytes for %i values', length => {
    const values = Float32Array.from({ length }, (_, i) => Math.sin(i));
    const each = { values, step: 0.01, bits: 8, weight: 3, seed: length };
    expect(ringOf(byKernels, each)).toEqual(ringOf(scalarRounding, each));
  });

  it.each([
    ['the kernels', byKernels],
    ['JavaScript', scalarRounding],
  ])('by %s is exact for whole steps, cuts what is beyond the range, and writes nowhere else', (_, round) => {
    const values = Float32Array.of(-1e30, -3, -0.5, 0, 0.5, 2, 1e30);
    expect([...ringOf(round, { values, step: 0.5, bits: 4, weight: 2, seed: 1 })]).toEqual([
      -14, -12, -2, 0, 2, 8, 14, 7,
    ]);
  });
});
