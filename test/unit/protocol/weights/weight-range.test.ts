import { mostRatio, weightRatio } from '@murmuration/protocol/weights/weight-range';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const masking = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' } as const;

describe('RD26: how far weights may differ', () => {
  it.each([
    [16, 20, 2.16],
    [64, 80, 4.43],
    [317, 330, 9.98],
  ])('in sums of %d from %d devices is %d', (smallestSum, largestCohort, most) => {
    expect(mostRatio({ masking, largestCohort }, smallestSum)).toBeCloseTo(most, 2);
  });

  it('is nothing where all of a sum may be corrupt, and anything where no share is too much', () => {
    expect(mostRatio({ masking, largestCohort: 100_000 }, 16)).toBe(1);
    expect(mostRatio({ masking, largestCohort: 20 }, 3, 1)).toBe(Infinity);
  });

  it('keeps each of updates equally long and at right angles at that cosine at most', () => {
    const cases = fc.record({
      smallestSum: fc.integer({ min: 3, max: 1_000 }),
      share: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ smallestSum, share }) => {
        const most = mostRatio({ masking, largestCohort: smallestSum }, smallestSum, share);
        const honest = smallestSum - Math.ceil(0.05 * smallestSum);
        const cosine = most / Math.sqrt(most ** 2 + honest - 1);
        // Among equal weights nobody can do better than that.
        expect(cosine).toBeLessThanOrEqual(Math.max(share, 1 / Math.sqrt(honest)) + 1e-9);
      }),
    );
  });

  it('grows with the versions of a buffer', () => {
    expect([weightRatio(8, 4, 1), weightRatio(1, 1, 16)]).toEqual([2, 4]);
  });
});
