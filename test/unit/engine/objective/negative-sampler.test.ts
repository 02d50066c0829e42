import { NegativeSampler, samplerFor } from '@murmuration/engine/objective/negative-sampler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformOf } from '../numbers.ts';

describe('NegativeSampler', () => {
  it('RD12: draws each class at most once, always as many, and the same for the same seed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 99 }),
        (classes, share, seed) => {
          const count = Math.max(1, Math.floor(share * (Math.ceil(classes / 2) - 1)));
          const [one, other] = [0, 1].map(() => new NegativeSampler(classes, count, uniformOf(seed)));
          for (let turn = 0; turn < 3; turn++) {
            const drawn = one!.draw();
            expect(other!.draw().classes).toEqual(drawn.classes);
            expect(new Set(drawn.classes).size).toBe(count);
            expect(drawn.classes.every(index => index >= 0 && index < classes)).toBe(true);
            expect(drawn.logCounts).toEqual(Float32Array.from(drawn.classes, drawn.logCountOf));
          }
        },
      ),
    );
  });

  it('RD12: expects as often as it draws', () => {
    const [classes, count, draws] = [40, 10, 4_000];
    const sampler = new NegativeSampler(classes, count, uniformOf(7));
    const met = new Float64Array(classes);
    const expected = new Float64Array(classes);
    for (let i = 0; i < draws; i++) {
      const { classes: drawn, logCountOf } = sampler.draw();
      for (const index of drawn) met[index]! += 1 / draws;
      for (let index = 0; index < classes; index++) expected[index]! += Math.exp(logCountOf(index)) / draws;
    }
    for (let index = 0; index < classes; index++) expect(met[index]).toBeCloseTo(expected[index]!, 1);
    expect(met[0]).toBeGreaterThan(3 * met[classes - 1]!);
    expect(expected.reduce((a, b) => a + b)).toBeCloseTo(count, 0);
  });

  it('RD12: is left out where half of the classes or more would be drawn, or a plan asks for none', () => {
    expect(samplerFor({ negatives: 4 }, 9, () => 0.5)?.count).toBe(4);
    expect(samplerFor({ negatives: 5 }, 10, () => 0.5)).toBeNull();
    expect(samplerFor(null, 10, () => 0.5)).toBeNull();
    expect(samplerFor(undefined, 10, () => 0.5)).toBeNull();
    expect(() => new NegativeSampler(8, 4, () => 0.5)).toThrow(RangeError);
    expect(() => new NegativeSampler(8, 0, () => 0.5)).toThrow(RangeError);
  });
});
